// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  area: 'Disputes', list: { title: 'Disputes', name: 'Dispute', none: 'No dispute.' },
  field: {
    subject: 'Subject', matter: 'Matter', consumer: '{{w.consumer}}', provider: '{{w.provider}}', claim: 'Claim', stage: 'Stage', due: 'Stage due',
    coordinator: 'Coordinator', decider: 'Deciding government', outcome: 'Outcome', ruling: 'Reasons and decision', grant: 'Grant', cuts: 'Cuts in dispute', terms: 'Terms on the table',
    proposer: 'Proposed by', agreed: 'Agreed by',
  },
  path: 'Negotiation → coordination → decision', steps: 'What happened', pack: 'Download the evidence pack', statement: 'Statement', respond: 'Send the statement',
  accept: 'Agree to the terms', deadlock: 'Declare that negotiation failed', escalate: 'Move to the next stage', withdraw: 'Withdraw the dispute',
  stage: { NEGOTIATION: 'Negotiation', COORDINATION: 'Coordination', DECISION: 'Decision', CLOSED: 'Closed' },
  outcome: { GRANT: 'Data are shared', RECLASSIFY: 'Reclassified', SUPPLY: 'Supply is owed', UPHELD: 'Upheld', WITHDRAWN: 'Withdrawn' },
  matter: {
    REFUSAL: 'Refused request', CUTS: 'Cuts', CLASSIFICATION: 'Not shared', LATE_SUPPLY: 'Late supply', CORRECTION: 'Rejected correction',
    SERVICE_CHANGE: 'Change of service', RETURN_FLOW: 'Return flow',
  },
};
export default en;
