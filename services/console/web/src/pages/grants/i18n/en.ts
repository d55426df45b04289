// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: {
    title: 'Grants', side: 'Side of our agency', all: 'All', consumer: 'As {{w.consumer}}', provider: 'As {{w.provider}}',
    state: 'State', soon: 'Only those that expire within 30 days', none: 'No grant fits.', name: 'Grant',
  },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', provider: '{{w.provider}}', state: 'State',
    items: 'Allowed: {{w.item}}', masked: 'Masked: {{w.item}}', rows: 'Rows', purposes: 'Purposes', methods: 'Ways of sharing',
    start: 'In force from', end: 'Last day', caseRequired: 'Case number', rule: 'Basis', created: 'Granted', why: 'Why it is not in force',
    notice: 'Rectification notice', dayCalls: 'Calls a day', dayRows: 'Rows a day', dayBytes: 'Data a day', third: 'May be passed on to',
    request: 'Sharing request', dispute: 'Dispute', consent: 'Standing consent', returnRequest: 'Request for return flow', askedEnd: 'Renewal asked until',
    askedReason: 'Why it is asked', terms: 'Terms to accept', revision: 'Revision: {{w.resource}}', evidence: 'Signed decision',
  },
  scope: 'Scope', quota: 'Quota', origin: 'Origin and basis', allRows: 'All rows', unlimited: 'Not limited', required: 'Each call names one',
  notRequired: 'Not asked for', signed: 'A signed decision is attached', unsigned: 'No signed decision of its own',
  filter: { EQUALS: '{{item}} is “{{value}}”', PREFIX: '{{item}} begins with “{{value}}”' },
  expression: 'and: {{text}}',
  callers: 'Registered systems of the consumer may call within this scope, through their own node.',
  state: {
    ACTIVE: 'In force', SUSPENDED: 'Suspended', REVOKED: 'Revoked', EXPIRED: 'Expired', ENDED: 'Use ended',
    DISPOSAL_DUE: 'Disposal due', DISPOSED: 'Disposed', PENDING_TERMS: 'Terms to be accepted',
  },
  purpose: {
    ADMINISTRATIVE_BASIS: 'Administrative basis', WORK_REFERENCE: 'Work reference', DATA_VERIFICATION: 'Verification of data',
    BUSINESS_COLLABORATION: 'Business collaboration', OTHER: 'Other',
  },
  method: { QUERY: 'Online query', VERIFY: 'Verification', DOWNLOAD: 'Bulk download', CALL: 'System docking', SUBSCRIBE: 'Node to node' },
  act: {
    accept: 'Accept the terms', acceptText: 'The grant is in force from then on.', askRenewal: 'Ask for renewal', renew: 'Renew until {{day}}', renewText: 'All else stays as it is.',
    decline: 'Decline the renewal', suspend: 'Suspend', suspendText: 'Each node stops as soon as it hears of it.', resume: 'Resume', revoke: 'Revoke',
    revokeText: 'This is for good. The consumer disposes of the data.', end: 'End the use', endText: 'The time for disposal begins.',
    ground: 'Ground', choose: 'Please choose', reason: 'Reason', document: 'Document', endDate: 'New last day',
    documentHint: 'As the ground asks: the notice, the filed service change, the citation, the dispute, or the document on the end.',
  },
  suspendGround: { MISUSE: 'Used outside scope or purpose', SECURITY_INCIDENT: 'Security incident', DATA_FAULT: 'The data are wrong' },
  revokeGround: {
    RECTIFICATION_FAILED: 'Rectification failed', SERVICE_CHANGE: 'Change of service', BASIS_CHANGED: 'The basis changed',
    DISPUTE_DECISION: 'Decision of a dispute', CONSUMER_ENDED: 'The consumer no longer exists',
  },
  endGround: { ACHIEVED: 'Purpose achieved', IMPOSSIBLE: 'Purpose impossible', NO_LONGER_NEEDED: 'No longer needed' },
  reached: {
    title: 'What the revocation reached', confirmed: 'Nodes that confirmed', none: 'No node confirmed yet',
    dead: 'From then on no other node can deliver', kept: 'This is told once, with the revocation; it is gone when you leave the page.',
  },
  disposal: {
    title: 'Disposal', state: 'State', due: 'Due', method: 'How', date: 'Day of disposal', person: 'Who answers for it', digest: 'Digest of the manifest (SHA-256)',
    digestHint: '64 hexadecimal digits; the manifest stays with the consumer.', digestWrong: '64 hexadecimal digits are needed.', note: 'Note', noteHint: 'For an archive: the text that asks to keep the data.',
    reported: 'Reported', decider: 'Decided by', rejection: 'Why it was rejected', report: 'Report the disposal', accept: 'Accept the disposal', acceptText: 'All duties under the grant end.',
    reject: 'Reject the report', article: 'Article',
  },
  disposalState: {
    OWED: 'Report owed', REPORTED: 'To be accepted', DISPOSAL_ACCEPTED: 'Accepted', DISPOSAL_REJECTED: 'Rejected', OVERDUE: 'Overdue',
  },
  disposalMethod: {
    ERASED: 'Erased', MEDIA_DESTROYED: 'Media destroyed', RETURNED: 'Returned', ARCHIVED: 'Archived under a duty', NOTHING_HELD: 'Nothing was received',
  },
  changes: { title: 'Changes of service', name: 'Name', kind: 'Kind', state: 'State', effect: 'First day', due: 'Answers until', none: 'No change of service.', reason: 'What and why' },
  changeKind: { CHANGE: 'Change', END: 'End' },
  changeState: { CONSULTING: 'Consulting', FILED: 'Filed', IN_EFFECT: 'In effect', CHANGE_WITHDRAWN: 'Withdrawn' },
  offline: {
    title: 'Offline deliveries', label: 'Label', medium: 'Medium', count: 'Records', date: 'Day', giver: 'Given by', receiver: 'Taken by', none: 'No offline delivery.',
  },
  medium: { OPTICAL_DISC: 'Optical disc', PORTABLE_DRIVE: 'Portable drive', TAPE: 'Tape', PAPER: 'Paper' },
};
export default en;
