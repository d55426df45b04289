// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Disputes', name: 'Dispute', none: 'No dispute.' },
  field: {
    subject: 'Subject', matter: 'Matter', consumer: '{{w.consumer}}', provider: '{{w.provider}}', claim: 'Claim', stage: 'Stage', due: 'Stage due',
    coordinator: 'Coordinator', decider: 'Deciding government', outcome: 'Outcome', ruling: 'Reasons and decision', grant: 'Grant', cuts: 'Cuts in dispute', terms: 'Terms on the table',
    proposer: 'Proposed by', agreed: 'Agreed by',
  },
  path: 'Negotiation → coordination → decision', steps: 'What happened', pack: 'Download the evidence pack', statement: 'Statement', respond: 'Send the statement',
  accept: 'Agree to the terms', deadlock: 'Declare that negotiation failed', escalate: 'Move to the next stage', withdraw: 'Withdraw the dispute',
  open: {
    title: 'Open a dispute', text: 'It is negotiated first; what cannot be agreed is coordinated by the authority.', subject: 'Subject',
    subjectHint: 'The name of a request, {{w.resource}}, correction, change of service or return flow, such as requests/r1.', claim: 'Claim and reasons', matter: 'Matter',
    any: 'As the request stands', cuts: 'Cuts in dispute', cutsHint: 'None chosen: all cuts.', check: 'Check', checked: 'It could be opened; nothing is sent yet.', send: 'Open',
  },
  propose: {
    title: 'Act', settlement: 'Propose terms', settlementText: 'They replace those on the table; once both heads agree, it is closed.', outcome: 'Outcome', terms: 'Terms', choose: 'Choose',
    scope: 'What is shared', mediation: 'Record a session', minutes: 'Minutes', withProposal: 'With a proposal', failed: 'There will be no agreement: either party may move on',
    decision: 'Record the decision', decisionText: 'Once signed, the decision closes the dispute and has its effect.', body: 'Deciding body', number: 'Document number', date: 'Document date',
    reasons: 'Reasons', document: 'Document', documentHint: 'It is kept as an attachment, and its digest with the decision.', tooBig: 'The file has more than 50 MiB.',
  },
  stage: { NEGOTIATION: 'Negotiation', COORDINATION: 'Coordination', DECISION: 'Decision', CLOSED: 'Closed' },
  outcome: { GRANT: 'Data are shared', RECLASSIFY: 'Reclassified', SUPPLY: 'Supply is owed', UPHELD: 'Upheld', WITHDRAWN: 'Withdrawn' },
  matter: {
    REFUSAL: 'Refused request', CUTS: 'Cuts', CLASSIFICATION: 'Not shared', LATE_SUPPLY: 'Late supply', CORRECTION: 'Rejected correction',
    SERVICE_CHANGE: 'Change of service', RETURN_FLOW: 'Return flow',
  },
};
export default en;
