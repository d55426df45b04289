// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Corrections', name: 'Correction', none: 'No correction.', open: 'Ask for a correction', state: 'State', all: 'All' },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', provider: '{{w.provider}}', state: 'State', due: 'Answer due', item: '{{w.item}}',
    exchange: 'Exchange', place: 'Place of the record in the answer, from 0', description: 'What is wrong', proposed: 'What it should be', evidence: 'Why', proceed: 'Business may proceed',
    opener: 'Opened by', answerer: 'Answered by', answer: 'Answer', proof: 'What shows that the data are right', source: 'Source of the data', created: 'Opened', ended: 'Ended',
    recalled: 'Recalled', recallReason: 'What consumers are told', told: 'Agencies told', confirmed: 'Agencies that confirmed', nodes: 'Nodes that answered', dispute: 'Dispute',
    whole: 'All of: {{w.resource}}', descriptionHint: 'Enters evidence: no names, numbers or values of persons.', proposedHint: 'Never enters evidence, and is deleted at the end.',
  },
  yes: 'Yes', no: 'No', overview: 'What is to be checked', acknowledge: 'Acknowledge', withdraw: 'Withdraw', outcome: 'Outcome', resolve: 'Answer',
  reject: 'Reject', rejectText: 'A dispute can be opened over it.', recall: 'Recall the wrong value', recallText: 'Every agency that received it is told.',
  everyone: 'Tell all that hold or held a grant, too', send: 'Send',
  state: {
    OPENED: 'Opened', ACKNOWLEDGED: 'In work', CORRECTED: 'Corrected', CONFIRMED: 'Data are right', NOT_OURS: 'From another source',
    REJECTED: 'Rejected', WITHDRAWN: 'Withdrawn',
  },
  recalls: { title: 'Recalls', who: 'Told', basis: 'Why told', state: 'What became of it', told: 'When', done: 'Confirmed', note: 'Note', none: 'No recall.', confirm: 'Confirm' },
  basis: { DELIVERED: 'Received the record', DELIVERED_IN_BULK: 'Received in bulk', GRANTED: 'Holds or held a grant' },
  recallState: { TOLD: 'To be confirmed', DISPOSED: 'Destroyed', REPLACED: 'Replaced', NOT_HELD: 'Not held any more' },
};
export default en;
