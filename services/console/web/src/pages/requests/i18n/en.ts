// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Sharing requests', new: 'Ask for data', name: 'Request', side: 'My agency is', text: 'Name, basis or scenario has', view: 'View', all: 'All', none: 'There are no requests here.' },
  side: { AS_CONSUMER: '{{w.consumer}}', AS_PROVIDER: '{{w.provider}}' },
  view: { MINE: 'Waiting for me', DUE: 'Due within two working days', OVERDUE: 'Overdue', WAITING: 'Waiting for others' },
  field: {
    state: 'State', due: 'Due', promised: 'Promised by', resource: '{{w.resource}}', shareClass: '{{w.shareClass}}', consumer: '{{w.consumer}}',
    provider: '{{w.provider}}', applicant: 'Applicant', change: 'Change', grant: 'Grant', profile: 'Legal text', article: 'Article', reason: 'Reason',
    items: '{{w.item}}', grading: 'Grading', personal: 'Personal information', purposes: 'Purposes', methods: 'Methods', period: 'Period of use',
    start: 'First day', end: 'Last day', calls: 'Calls a day', rows: 'Rows a day', bytes: 'Bytes a day', filter: 'Rows', basis: 'Legal basis of the duty',
    scenario: 'Scenario of use',
  },
  state: {
    DRAFT: 'Draft', SIGNED_OFF: 'Signed off by the consumer', IN_REVIEW: 'In review', DECIDED: 'Waiting for the sign-off', APPROVED: 'Approved', REFUSED: 'Refused',
    WITHDRAWN: 'Withdrawn', AUTHORITY_CHECK: 'Checked by the authority', NEEDS_SUPPLEMENT: 'Supplement needed',
  },
  clock: { supplement: 'Waits for the supplement' },
  shareClass: { SHARE_CLASS_UNSPECIFIED: 'Not stated', UNCONDITIONAL: 'Unconditional', CONDITIONAL: 'Conditional', NOT_SHARED: 'Not shared' },
  grading: { GRADING_UNSPECIFIED: 'Not stated', GENERAL: 'General', IMPORTANT: 'Important', CORE: 'Core' },
  purpose: {
    ADMINISTRATIVE_BASIS: 'Administrative basis', WORK_REFERENCE: 'Reference', DATA_VERIFICATION: 'Verification of data',
    BUSINESS_COLLABORATION: 'Joint business', OTHER: 'Other',
  },
  method: { QUERY: 'Online query', VERIFY: 'Verification', DOWNLOAD: 'Bulk download', CALL: 'System docking', SUBSCRIBE: 'Node-to-node' },
  verdict: { APPROVE: 'Approved', APPROVE_REDUCED: 'Approved with a reduced scope', REFUSE: 'Refused' },
  ground: { CONDITION: 'A published condition is not met', LEGAL_BAR: 'The law bars it', OTHER: 'Other', INCOMPLETE: 'Material is missing' },
  supply: { AWAITED: 'Owed', REPORTED: 'Reported as supplied', CONFIRMED: 'Confirmed', DISPUTED: 'Disputed' },
  extension: { ASKED: 'Waits for the authority', CONSENTED: 'Consented', REFUSED: 'Refused' },
  change: { WIDER_SCOPE: 'Wider scope', NEW_PURPOSE: 'New purpose', THIRD_PARTY: 'Passed on to a third party' },
  action: {
    CreateRequest: 'Drafted', ChangeScope: 'Change drafted', UpdateRequest: 'Draft changed', SignOffRequest: 'Signed off by the consumer’s head', SubmitRequest: 'Submitted',
    ForwardRequest: 'Passed on by the authority', ReturnRequest: 'Returned by the authority', AskSupplement: 'Supplement asked for', SupplementRequest: 'Supplement given',
    AskExtension: 'Extension asked for', ConsentExtension: 'Extension consented', RefuseExtension: 'Extension refused', DecideRequest: 'Decided',
    ConfirmDecision: 'Confirmed by a second reviewer', SignOffDecision: 'Decision signed off', WithdrawRequest: 'Withdrawn', ReportProvisioned: 'Reported as supplied',
    ConfirmProvisioned: 'Receipt confirmed', DisputeProvisioned: 'Supply disputed', lapse: 'No supplement in time: a draft again',
  },
  rows: { EQUALS: '{{item}} is “{{value}}”', PREFIX: '{{item}} begins with “{{value}}”', all: 'All rows', and: '; and ', unlimited: 'Not limited' },
  page: {
    where: 'Where it stands', print: 'Print', asked: 'What is asked', superseded: 'Was due on {{day}}, changed:', supplement: 'Supplement', supplementDue: 'To be given by {{day}}',
    answered: 'Answer:', extension: 'Extension', days: 'Working days more', answer: 'Answer', decision: 'Decision', verdict: 'Verdict', ground: 'Ground',
    condition: 'Condition not met', citation: 'Legal bar', case: 'Case number', caseYes: 'Each call must name one', cut: 'Cut: {{subject}}', supply: 'Supply',
    supplyDue: 'To be supplied by', reported: 'Reported', confirmed: 'Confirmed', exchange: 'Confirmed by exchange', disputed: 'Why it is disputed', steps: 'What happened',
  },
  act: {
    openDispute: 'Open a dispute',
    title: 'Act', none: 'Nothing of this waits for you now.', draftNext: 'Add attachments as needed; your head signs it off, then the applicant submits it.',
    desk: 'Go to the desk', edit: 'Change the draft', signOff: 'Sign off', signOffText: 'By signing you state that it is true, lawful and necessary.', submit: 'Submit',
    confirm: 'Confirm receipt', dispute: 'Dispute the supply', disputeText: 'The supply clock runs on as though nothing had been reported.', report: 'Report as supplied',
    reportNote: 'How', withdraw: 'Withdraw', withdrawText: 'A withdrawn request does not come back; ask anew if you need to.', supplement: 'Supplement',
    supplementText: 'Answer every point, all at once.', supplementSend: 'Send the supplement',
  },
  comments: {
    title: 'Conversation', none: 'Nobody has written yet.', older: 'Older', internal: 'own agency only', text: 'Remark', onlyOwn: 'For my own agency only', send: 'Send',
  },
  steps: {
    label: 'Steps', resource: 'Choose the {{w.resource}}', items: 'Choose {{w.item}}', rows: 'Rows', use: 'Use and period', basis: 'Basis and scenario', review: 'Look over',
    open: 'open', back: 'Back', forward: 'Next',
  },
  write: {
    title: 'Ask for data', editTitle: 'Change the draft', noDraft: 'This request is no draft any more.', required: '(required)', choose: 'Choose', chooseFirst: 'Choose the {{w.resource}} first.',
    basisHint: 'The duty by law that needs the data: text and article.', scenarioHint: 'For which matter, at which step.', missing: 'Still open: {{steps}}',
    checked: 'It would be taken; nothing is saved yet.', changed: 'It was changed after the check.', check: 'Check', save: 'Save as draft', saveChange: 'Save',
    next: 'Saved as a draft, it can get attachments; your head signs it off, then it is submitted.',
    notShared: 'This {{w.resource}} is not shared: the answer will be its published basis, against which coordination can be asked.',
    useCondition: 'Conditions of use:', conditions: 'The provider’s published conditions:', itemsHint: 'Only the {{w.item}} that the matter needs.', allItems: 'All', noItems: 'None',
    chosen: '{{count}} of {{all}} chosen', ask: 'Ask for', mask: 'Masked', maskItem: '{{item}} masked', masked: 'masked', sensitive: 'Sensitive personal information',
    personal: 'Personal information', rowsHint: 'Empty: all rows. The narrower, the easier to approve.', filters: 'Conditions (all must hold)',
    filterItem: 'Condition {{number}}: {{w.item}}', filterHow: 'Condition {{number}}: comparison', filterValue: 'Condition {{number}}: value', equals: 'is', prefix: 'begins with',
    removeFilter: 'Remove condition {{number}}', addFilter: 'Add a condition', expression: 'Expression (narrows further)', joined: 'Joined by', and: 'and', or: 'or',
    pieceItem: '{{w.item}}', pieceHow: 'Comparison', pieceValue: 'Value', addPiece: 'Add to the expression', expressionText: 'Expression',
    expressionHint: 'For example: status = "open" and not (region ^= "33")', preview: 'Preview', periodHint: 'Three years after the first day at most.', limitHint: 'Empty: not limited.',
  },
};
export default en;
