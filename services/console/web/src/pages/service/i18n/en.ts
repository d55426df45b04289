// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  all: 'All', act: 'Act', check: 'Check', checked: 'It would be taken; nothing is recorded yet.', record: 'Record',
  field: {
    grant: 'Grant', time: 'Time', reason: 'Reason', state: 'State', kind: 'Kind', resource: '{{w.resource}}', provider: '{{w.provider}}', consumer: '{{w.consumer}}',
    profile: 'Legal text', article: 'Article',
  },
  uses: {
    title: 'Use records', new: 'Record a use', own: 'Use records of my agency', none: 'There are no use records.', grantHint: 'Empty: all; such as grants/g1.',
    text: 'A use record is never changed or removed.', period: 'Period', from: 'First day', to: 'Last day', scenario: 'Scenario', process: 'Process', effect: 'Effect', storage: 'Storage',
    destruction: 'Destruction', keep: 'Kept until', inspections: 'Readings', noInspections: 'Nobody has read them.', by: 'Read by', count: 'Records', inspect: 'Read use records',
    inspectText: 'A reading is recorded, and the consumer is told who read and why.', inspectGrant: 'Grant to read of', inspected: 'Use records read',
  },
  changes: {
    title: 'Changes of service', new: 'Propose a change of service', name: 'Change', none: 'There are no changes of service.', due: 'Consultation until', effect: 'In effect from',
    effectHint: 'After the last day of the consultation.', reason: 'What changes and why', text: 'Before a service changes or ends, every consumer is consulted and the change is filed with the authority.',
    propose: 'Propose and consult', proposeText: 'Once signed, every consumer with a live grant is asked.', receipt: 'Receipt of the filing', reply: 'Reply to objections',
    replyHint: 'Required where somebody objected.', answers: 'Answers of the consumers', nobody: 'There was nobody to consult.', answer: 'Answer', open: 'Not answered', agrees: 'Agrees', objects: 'Objects',
    comment: 'Comment', person: 'Answered by', iObject: 'I object', agree: 'Agree', object: 'Object', file: 'Enter the filing', withdraw: 'Withdraw', withdrawText: 'The service stays as it is.',
  },
  state: { CONSULTING: 'Consulting', FILED: 'Filed', IN_EFFECT: 'In effect', CHANGE_WITHDRAWN: 'Withdrawn' },
  kind: { CHANGE: 'Change', END: 'End' },
  deliveries: {
    title: 'Offline deliveries', new: 'Enter a delivery', none: 'There are no offline deliveries.', date: 'Handed over', medium: 'Medium', label: 'Label of the medium', records: 'Records',
    giver: 'Handed over by', receiver: 'Taken by', personHint: 'A person of the directory, such as people/wang.', digest: 'SHA-256 digest',
    digestHint: 'Of all that is on the medium, 64 hexadecimal digits.', digestBad: 'Want 64 hexadecimal digits.',
  },
  medium: { OPTICAL_DISC: 'Optical disc', PORTABLE_DRIVE: 'Portable drive', TAPE: 'Tape', PAPER: 'Paper' },
};
export default en;
