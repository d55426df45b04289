// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Approval inbox', views: 'View', none: 'No sharing request here.', more: 'more than {{count}}', name: 'Request' },
  view: { MINE: 'Waits for me', DUE: 'Due within two working days', OVERDUE: 'Overdue', WAITING: 'Waits for others' },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', state: 'State', due: 'Due', basis: 'Legal basis of the duty', scenario: 'Scenario of use',
    profile: 'Legal text in force', article: 'Article', request: 'The whole request', reason: 'Reason',
  },
  state: {
    DRAFT: 'Draft', SIGNED_OFF: 'Signed off by the consumer', IN_REVIEW: 'In review', DECIDED: 'Waits for the head', APPROVED: 'Approved', REFUSED: 'Refused',
    WITHDRAWN: 'Withdrawn', AUTHORITY_CHECK: 'Checked by the authority', NEEDS_SUPPLEMENT: 'Needs a supplement',
  },
  why: 'Why it is asked of you', scope: 'Scope compared', asked: 'Asked', catalogue: 'Catalogue', before: 'Granted before', proposed: 'Proposed', yes: 'Yes', masked: 'Yes (masked)',
  item: '{{w.item}}', keep: 'Provide {{item}}', cutReason: 'Why {{item}} is not provided', none: 'None', noBefore: 'No live grant to this agency, or it cannot be read.',
  catalogueAway: 'The catalogue cannot be read now; do not judge by the column “Catalogue”.', closed: 'Nothing is asked of you here now.',
  part: {
    rows: 'Rows', purposes: 'Purposes', methods: 'Ways of sharing', period: 'Period', calls: 'Calls a day', lines: 'Rows a day', bytes: 'Bytes a day',
  },
  filter: { EQUALS: '{{item}} is “{{value}}”', PREFIX: '{{item}} begins with “{{value}}”' }, allRows: 'All rows', unlimited: 'Not limited',
  purpose: {
    ADMINISTRATIVE_BASIS: 'Administrative basis', WORK_REFERENCE: 'Work reference', DATA_VERIFICATION: 'Data verification',
    BUSINESS_COLLABORATION: 'Business collaboration', OTHER: 'Other',
  },
  method: { QUERY: 'Online query', VERIFY: 'Verification', DOWNLOAD: 'Bulk download', CALL: 'System call', SUBSCRIBE: 'Node to node' },
  act: {
    title: 'Act', approve: 'Approve', approveText: 'Approves the scope as asked; the head signs it next.', reduce: 'Approve with reduced scope',
    reduceText: 'Only what is kept is provided ({{w.item}}); the consumer is told the reason of each cut.', kept: 'Provided: {{items}}', refuse: 'Refuse',
    refuseText: 'A refusal names the condition not met or the law; else it is marked for supervision.', caseRequired: 'Each call must name a case',
    ground: 'Ground', condition: 'Condition not met', citation: 'Legal bar', choose: 'Choose', templates: 'Templates',
    signOff: 'Sign off the decision', signOffText: 'The decision takes effect and the clock stops.', confirm: 'Confirm the decision', confirmText: 'Confirms the decision as it stands; the head signs it next.',
    forward: 'Pass on to: {{w.provider}}', giveBack: 'Return to the consumer', supplement: 'Ask for a supplement', supplementText: 'List all that is missing at once; a second list is not allowed.',
    subject: 'Item {{number}}: subject', missing: 'Item {{number}}: what is missing', add: 'Add an item', remove: 'Remove item {{number}}',
    extend: 'Ask for more time', extendText: 'The due date stays until the authority consents.', days: 'Working days more', document: 'Number of the document of consent', consent: 'Consent to the extension', refuseExtension: 'Refuse the extension',
  },
  template: { condition: 'Condition not met', conditionText: 'The request does not meet a condition of use published in the catalogue.', bar: 'Legal bar', barText: 'Laws or regulations expressly restrict providing these data.' },
  ground: { CONDITION: 'A published condition is not met', LEGAL_BAR: 'Barred by law', OTHER: 'Other' },
  verdict: { APPROVE: 'Approve', APPROVE_REDUCED: 'Approve with reduced scope', REFUSE: 'Refuse' },
  decision: { title: 'Decision made', verdict: 'Verdict', cut: 'Cut: {{subject}}' },
  batch: {
    title: 'Batch', chosen: '{{count}} chosen', preview: 'Preview approval', result: 'Preview', would: 'Would be approved', wouldNot: 'Would not be approved', sign: 'Approve the batch',
    text: 'One signature for the {{count}} that can be approved, each with its own evidence; the others stay as they are.', most: 'At most 100 at once.', done: 'Approved: {{count}}.',
  },
};
export default en;
