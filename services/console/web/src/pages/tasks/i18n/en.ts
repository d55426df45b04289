// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: {
    title: 'All tasks', what: 'What waits for you in all services; days, due dates and acts are as each service tells them.',
    none: 'Nothing waits for you.', noneHere: 'Nothing in this view.', views: 'View', kind: 'Kind', all: 'All', until: 'Due no later than',
    subject: 'Task', act: 'To do', due: 'Due', agency: 'Other agency', since: 'Since', noDue: 'no due day', warned: 'due soon', kinds: 'By kind',
    failed: 'These kinds could not be read; the list may lack some tasks: ', cut: 'There are more of these kinds than are read at once: ',
    clocks: 'The legal times could not be read; some overdue tasks may not be marked.',
  },
  news: {
    title: 'News of what I follow', what: 'Publications, revisions, closings and withdrawals of what you follow. Kept for 180 days, at most the newest 1000.',
    unread: 'Not read', all: 'All', noneUnread: 'Nothing unread.', none: 'No news.', entry: 'Title', kind: 'What', revision: 'Revision',
    provider: '{{w.provider}}', time: 'When', read: 'Read', mark: 'Mark as read', markChosen: 'Mark {{count}} chosen as read', markAll: 'Mark all as read',
  },
  change: {
    KIND_UNSPECIFIED: 'not said', FIRST_PUBLISHED: 'first published', REVISED: 'revised', CLOSED: 'closed for now', REOPENED: 'open again', GONE: 'withdrawn',
  },
  subscriptions: {
    title: 'What I follow', text: 'At most {{most}}. What you were told stays when a subscription ends. A search with filters can be followed from the catalogue’s search.',
    none: 'You follow nothing.', what: 'What', search: 'Search:', since: 'Since', end: 'End', add: 'Follow something', by: 'By', bySearch: 'words',
    byName: 'name of an entry', entry: 'Entry', entryHint: 'resources/…', words: 'Words', wordsHint: 'All must occur; you are told of new publications and revisions that match.',
    send: 'Follow',
  },
  favourites: {
    title: 'Favourites', what: 'Favourites are kept in this browser alone, by person, and are sent to no service; another device, or a browser whose data are cleared, does not have them. On a shared computer others may see names and titles. At most {{most}}.',
    none: 'Nothing is kept.', name: 'Name', nameHint: 'For example requests/r7, resources/306001-000001, or the address of a page', label: 'Your title for it',
    since: 'Kept since', keep: 'Keep', drop: 'Let go', add: 'Keep something', find: 'Find', fault: { form: 'is no name of an object', full: 'there is no room, or the browser does not allow it' },
  },
  view: { ALL: 'All', DUE: 'Due within two working days, or warned of', OVERDUE: 'Overdue' },
  kind: {
    request: 'Sharing request', resource: 'Catalogue entry', update: 'Catalogue update', grant: 'Grant', disposal: 'Disposal',
    serviceChange: 'Change of service', returnRequest: 'Return flow', correction: 'Correction request', recall: 'Recall', dispute: 'Dispute',
    demand: 'Demand', inquiry: 'Inquiry', complaint: 'Complaint', finding: 'Finding', notice: 'Rectification notice', incident: 'Incident',
    project: 'Project', node: 'Node application', roleProposal: 'Role change', control: 'Control of the audit log',
  },
  act: {
    UpdateRequest: 'edit', SignOffRequest: 'sign off', SubmitRequest: 'submit', ForwardRequest: 'forward', ReturnRequest: 'return',
    AskSupplement: 'ask for supplements', SupplementRequest: 'supplement', ConsentExtension: 'consent to more time',
    RefuseExtension: 'refuse more time', DecideRequest: 'decide', ConfirmDecision: 'confirm the decision', SignOffDecision: 'sign off the decision',
    ReportProvisioned: 'report the supply', ConfirmProvisioned: 'confirm receipt', SubmitResource: 'edit and submit', ApproveResource: 'approve',
    PublishResource: 'review and publish', CompleteUpdate: 'complete the update', ConsentUpdateExtension: 'decide on more time',
    AcceptTerms: 'accept the terms', RenewGrant: 'decide on the renewal', ReportDisposal: 'report the disposal', AcceptDisposal: 'accept the disposal',
    RejectDisposal: 'reject the report', AnswerServiceChange: 'answer', FileServiceChange: 'file', ActivateReturnFlow: 'activate',
    AcknowledgeCorrection: 'acknowledge', ResolveCorrection: 'answer', ConfirmRecall: 'confirm', RespondDispute: 'respond',
    AcceptSettlement: 'accept the settlement', RecordMediation: 'record the coordination', RecordDecision: 'record the decision',
    RouteDemand: 'route', AcceptDemand: 'accept', LinkResource: 'link an entry', AnswerInquiry: 'answer', CloseInquiry: 'close',
    AssignComplaint: 'assign', CloseComplaint: 'answer and close', JustifyFinding: 'give reasons', ConfirmFinding: 'confirm',
    DismissFinding: 'dismiss', AnswerNotice: 'report the rectification', AcceptRectification: 'accept the rectification',
    AddMeasure: 'take measures', CloseIncident: 'close', PrecompileCatalog: 'pre-compile the catalogue', IssueOpinion: 'issue an opinion',
    HandInCatalog: 'hand in the catalogue', AcceptProject: 'accept the project', ApproveNode: 'approve', AssignRole: 'confirm', ConfirmControl: 'confirm',
  },
};
export default en;
