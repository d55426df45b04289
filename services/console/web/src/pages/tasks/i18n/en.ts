// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  area: 'Tasks',
  list: {
    title: 'All tasks', what: 'What waits for you in all services; days, due dates and acts are as each service tells them.',
    none: 'Nothing waits for you.', noneHere: 'Nothing in this view.', views: 'View', kind: 'Kind', all: 'All', until: 'Due no later than',
    subject: 'Task', act: 'To do', due: 'Due', agency: 'Other agency', since: 'Since', noDue: 'no due day', warned: 'due soon', kinds: 'By kind',
    failed: 'These kinds could not be read; the list may lack some tasks: ', cut: 'There are more of these kinds than are read at once: ',
    clocks: 'The legal times could not be read; some overdue tasks may not be marked.',
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
