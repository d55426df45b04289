// SPDX-License-Identifier: Apache-2.0
// What can wait for a person, by service: which list has it, in which states, and the acts that are owed.
// The API has no one list of all tasks; this asks each service for its own, those alone in which the
// person can act. Whether a thing waits is the service's word (available_actions, the inbox's view);
// where a list does not carry it, the state and the side that owes the next step tell.
import type { DescMessage, DescMethod, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { timestampDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { admits, type Backend } from '@/api';
import { AuditService } from '@/gen/shareway/audit/v1/audit_service_pb';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { NodeApplication_State } from '@/gen/shareway/catalog/v1/directory_pb';
import { Project_State } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { Resource_State } from '@/gen/shareway/catalog/v1/resource_pb';
import { UpdateClock_Kind, UpdateClock_State } from '@/gen/shareway/catalog/v1/update_pb';
import { RoleProposal_State } from '@/gen/shareway/console/v1/account_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { CorrectionService, Correction_State } from '@/gen/shareway/sharing/v1/correction_pb';
import { DemandService, Demand_State } from '@/gen/shareway/sharing/v1/demand_pb';
import { Disposal_State } from '@/gen/shareway/sharing/v1/disposal_pb';
import { DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { Complaint_State, FeedbackService, Inquiry_State } from '@/gen/shareway/sharing/v1/feedback_pb';
import { Finding_State } from '@/gen/shareway/sharing/v1/finding_pb';
import { Grant_State } from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { Incident_State, IncidentService } from '@/gen/shareway/sharing/v1/incident_pb';
import { NoticeService } from '@/gen/shareway/sharing/v1/notice_pb';
import { ListRequestsRequest_View } from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { ReturnRequest_State } from '@/gen/shareway/sharing/v1/return_flow_pb';
import { ServiceChange_State } from '@/gen/shareway/sharing/v1/service_change_pb';
import { SharingRequest_State } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { Notice_State, SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { objectPath } from '@/ui';

export const KINDS = [
  'request', 'resource', 'update', 'grant', 'disposal', 'serviceChange', 'returnRequest', 'correction', 'recall', 'dispute',
  'demand', 'inquiry', 'complaint', 'finding', 'notice', 'incident', 'project', 'node', 'roleProposal', 'control',
] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that waits for the person. */
export interface Task {
  readonly kind: Kind;
  readonly name: string;
  /** In words; empty where it has its name alone. */
  readonly title: string;
  /** The other agency; empty: none. */
  readonly agency: string;
  readonly since: Timestamp | undefined;
  /** CCYY-MM-DD; empty: no last day. */
  readonly due: string;
  /** Undefined where the service tells the day alone. */
  readonly daysLeft: number | undefined;
  readonly overdue: boolean;
  /** True: the service warns that most of the time is used up. */
  readonly warned?: boolean;
  readonly provisional: boolean;
  /** Methods that are owed. */
  readonly acts: readonly string[];
  /** Its page. */
  readonly path: string;
}

/** What of a list's row makes a task; the rest is filled in. */
type Row = { readonly name: string; readonly acts: readonly string[] } & Partial<Omit<Task, 'kind' | 'name' | 'acts'>>;

/** How many rows of one list are read at most; the page says so when there are more. */
export const MOST_ROWS = 600;
const PAGE = 200;

export interface Question {
  readonly kind: Kind;
  /** Whom it is asked for: persons admitted to one of these. */
  readonly for: readonly DescMethod[];
  readonly load: (backend: Backend, signal: AbortSignal) => Promise<{ tasks: Task[]; cut: boolean }>;
}

function question<I extends DescMessage, O extends DescMessage>(
  kind: Kind, acts: readonly DescMethod[], method: DescMethodUnary<I, O>, request: MessageInitShape<I>,
  pick: (answer: MessageShape<O>) => readonly Row[],
): Question {
  const owed = new Set(acts.map((act) => act.name));
  const page = (token: string): MessageInitShape<I> => ({
    ...create(method.input, request), ...(method.input.field['pageToken'] === undefined ? {} : { pageSize: PAGE, pageToken: token }),
  }) as unknown as MessageInitShape<I>;
  return {
    kind, for: acts,
    load: async (backend, signal) => {
      const tasks: Task[] = [];
      let token = '';
      for (let read = 0; read < MOST_ROWS; read += PAGE) {
        const answer = await backend.call(method, page(token), { signal });
        for (const row of pick(answer)) {
          const mine = row.acts.filter((act) => owed.has(act));
          if (mine.length === 0) continue;
          tasks.push({ kind, title: '', agency: '', since: undefined, due: '', daysLeft: undefined, overdue: false,
            provisional: false, path: objectPath(row.name), ...row, acts: mine });
        }
        token = (answer as unknown as { nextPageToken?: string }).nextPageToken ?? '';
        if (token === '') return { tasks, cut: false };
      }
      return { tasks, cut: true };
    },
  };
}

// A moment's day in Asia/Shanghai, CCYY-MM-DD; for the end of a last day, the second before it.
const dayOf = (end: Timestamp | undefined): string => (end === undefined ? ''
  : new Date(timestampDate(end).getTime() - 1000 + 8 * 3600_000).toISOString().slice(0, 10));

const names = (...methods: readonly DescMethod[]): string[] => methods.map((method) => method.name);

/** All questions; `me` is the person's agency, `person` the person. */
export function questionsFor(me: string, person: string): readonly Question[] {
  const { method: catalog } = CatalogService;
  const { method: request } = RequestService;
  const { method: grant } = GrantService;
  const { method: correction } = CorrectionService;
  const { method: demand } = DemandService;
  const { method: feedback } = FeedbackService;
  const { method: incident } = IncidentService;
  const { method: supervision } = SupervisionService;
  const { method: notice } = NoticeService;
  const { method: project } = ProjectService;
  const other = (one: { readonly consumer: string; readonly provider: string }): string =>
    (one.consumer === me ? one.provider : one.consumer);

  const entries = (state: Resource_State, act: DescMethod, provider: string): Question =>
    question('resource', [act], catalog.listResources, { state, provider }, (r) => r.resources.map((one) => ({
      name: one.name, title: one.title, agency: one.provider === me ? '' : one.provider, acts: names(act) })));
  const updates = (state: UpdateClock_State, act: DescMethod): Question =>
    question('update', [act], catalog.listUpdateClocks, { state, kind: UpdateClock_Kind.UPDATE }, (r) => r.clocks.map((one) => ({
      name: one.name, title: one.resource, agency: one.provider === me ? '' : one.provider, since: one.triggerTime, due: dayOf(one.dueTime),
      daysLeft: one.workingDaysLeft, overdue: one.overdue, provisional: one.provisional, path: objectPath(one.resource),
      // The agency owes the update, whoever is in charge decides on more days.
      acts: (one.provider === me) === (state === UpdateClock_State.RUNNING) ? names(act) : [] })));
  const grants = (state: Grant_State, act: DescMethod): Question =>
    question('grant', [act], grant.listGrants, { state }, (r) => r.grants
      .filter((one) => state !== Grant_State.ACTIVE || (one.askedEndDate !== '' && one.provider === me))
      .map((one) => ({ name: one.name, title: one.resource, agency: other(one), since: one.createTime, acts: one.availableActions })));
  const disposals = (state: Disposal_State, ...acts: DescMethod[]): Question =>
    question('disposal', acts, grant.listDisposals, { state }, (r) => r.disposals.map((one) => ({
      name: one.name, title: one.grant, agency: other(one), since: one.createTime, due: one.dueDate, daysLeft: one.workingDaysLeft,
      overdue: one.state === Disposal_State.OVERDUE, acts: one.availableActions, path: objectPath(one.grant) })));
  const corrections = (state: Correction_State, ...acts: DescMethod[]): Question =>
    question('correction', acts, correction.listCorrections, { state }, (r) => r.corrections.map((one) => ({
      name: one.name, title: one.description, agency: other(one), since: one.createTime, due: one.dueDate,
      provisional: one.dueProvisional, acts: one.availableActions })));
  const demands = (state: Demand_State, act: DescMethod): Question =>
    question('demand', [act], demand.listDemands, { state }, (r) => r.demands
      // The authority can link at any time; the one who took it on owes it.
      .filter((one) => state !== Demand_State.ACCEPTED || one.provider === me)
      .map((one) => ({ name: one.name, title: one.title, agency: one.consumer, since: one.createTime, acts: one.availableActions })));
  const inquiries = (state: Inquiry_State, act: DescMethod): Question =>
    question('inquiry', [act], feedback.listInquiries, { state }, (r) => r.inquiries.map((one) => ({
      name: one.name, title: one.question, agency: other(one), since: one.createTime,
      ...(state === Inquiry_State.OPEN ? { due: one.dueDate, overdue: one.overdue } : {}), acts: one.availableActions })));
  const complaints = (state: Complaint_State, act: DescMethod): Question =>
    question('complaint', [act], feedback.listComplaints, { state }, (r) => r.complaints
      .filter((one) => state !== Complaint_State.ASSIGNED || one.provider === me)
      .map((one) => ({ name: one.name, title: one.fileNumber, agency: one.consumer, since: one.createTime, acts: one.availableActions })));
  const findings = (state: Finding_State, ...acts: DescMethod[]): Question =>
    question('finding', acts, supervision.listFindings, { state }, (r) => r.findings.map((one) => ({
      name: one.name, title: one.summary, agency: one.agency === me ? '' : one.agency, since: one.createTime, due: one.dueDate,
      acts: one.availableActions })));
  const incidents = (state: Incident_State, act: DescMethod): Question =>
    question('incident', [act], incident.listIncidents, { state }, (r) => r.incidents.map((one) => ({
      name: one.name, title: one.title, agency: one.agency === me ? '' : one.agency, since: one.createTime, acts: one.availableActions })));
  const projects = (state: Project_State, ...acts: DescMethod[]): Question =>
    question('project', acts, project.listProjects, { state }, (r) => r.projects.map((one) => ({
      name: one.name, title: one.title, agency: one.agency === me ? '' : one.agency, since: one.createTime, acts: one.availableActions })));

  return [
    question('request', [request.updateRequest, request.signOffRequest, request.submitRequest, request.forwardRequest,
      request.returnRequest, request.askSupplement, request.supplementRequest, request.consentExtension, request.refuseExtension,
      request.decideRequest, request.confirmDecision, request.signOffDecision, request.reportProvisioned, request.confirmProvisioned,
    ], request.listRequests, { view: ListRequestsRequest_View.MINE }, (r) => r.requests.map((one) => {
      const checked = one.state === SharingRequest_State.AUTHORITY_CHECK;
      const due = checked ? one.checkDueDate : one.dueDate;
      return { name: one.name, title: one.resource, agency: other(one), since: one.submitTime ?? one.createTime, due,
        ...(due === '' ? {} : { daysLeft: one.workingDaysLeft, overdue: one.workingDaysLeft < 0, provisional: one.dueProvisional }),
        acts: one.availableActions,
        // What others ask is decided on the desk; what one asks oneself has its own page.
        path: one.consumer === me ? objectPath(one.name) : objectPath(`inbox/${one.name.slice('requests/'.length)}`) };
    })),
    entries(Resource_State.RETURNED, catalog.submitResource, me),
    entries(Resource_State.SUBMITTED, catalog.approveResource, me),
    entries(Resource_State.APPROVED, catalog.publishResource, ''),
    // The same entries once more, by the clock of the authority's review, where the legal text sets one.
    question('resource', [catalog.publishResource], catalog.listUpdateClocks,
      { state: UpdateClock_State.RUNNING, kind: UpdateClock_Kind.PUBLICATION }, (r) => r.clocks.filter((one) => one.provider !== me)
        .map((one) => ({ name: one.resource, agency: one.provider, since: one.triggerTime, due: dayOf(one.dueTime),
          daysLeft: one.workingDaysLeft, overdue: one.overdue, provisional: one.provisional, acts: names(catalog.publishResource) }))),
    updates(UpdateClock_State.RUNNING, catalog.completeUpdate),
    updates(UpdateClock_State.EXTENSION_ASKED, catalog.consentUpdateExtension),
    grants(Grant_State.PENDING_TERMS, grant.acceptTerms),
    grants(Grant_State.ACTIVE, grant.renewGrant),
    disposals(Disposal_State.OWED, grant.reportDisposal),
    disposals(Disposal_State.DISPOSAL_REJECTED, grant.reportDisposal),
    disposals(Disposal_State.OVERDUE, grant.reportDisposal),
    disposals(Disposal_State.REPORTED, grant.acceptDisposal, grant.rejectDisposal),
    question('serviceChange', [grant.answerServiceChange, grant.fileServiceChange], grant.listServiceChanges,
      { state: ServiceChange_State.CONSULTING }, (r) => r.serviceChanges
        .filter((one) => one.provider === me || one.answers.some((answer) => answer.consumer === me && !answer.answered))
        .map((one) => ({ name: one.name, title: one.reason, agency: one.provider === me ? '' : one.provider, since: one.createTime,
          due: one.dueDate, acts: one.availableActions, path: objectPath(one.resource) }))),
    question('returnRequest', [grant.activateReturnFlow], grant.listReturnRequests, { state: ReturnRequest_State.REQUESTED },
      (r) => r.returnRequests.map((one) => ({ name: one.name, title: one.division, agency: other(one), since: one.createTime,
        due: one.dueDate, acts: one.availableActions, path: objectPath(one.resource) }))),
    corrections(Correction_State.OPENED, correction.acknowledgeCorrection, correction.resolveCorrection),
    corrections(Correction_State.ACKNOWLEDGED, correction.resolveCorrection),
    question('recall', [correction.confirmRecall], correction.listRecalls, { unconfirmed: true }, (r) => r.recalls.map((one) => ({
      name: one.name, title: one.reason, agency: one.provider, since: one.createTime, acts: one.availableActions,
      path: objectPath(one.correction) }))),
    question('dispute', [DisputeService.method.respondDispute, DisputeService.method.acceptSettlement,
      DisputeService.method.recordMediation, DisputeService.method.recordDecision], DisputeService.method.listDisputes, {},
    (r) => r.disputes.map((one) => ({ name: one.name, title: one.claim, agency: other(one), since: one.createTime, due: one.dueDate,
      provisional: one.dueProvisional, acts: one.availableActions }))),
    demands(Demand_State.OPEN, demand.routeDemand),
    demands(Demand_State.ROUTED, demand.acceptDemand),
    demands(Demand_State.ACCEPTED, demand.linkResource),
    inquiries(Inquiry_State.OPEN, feedback.answerInquiry),
    inquiries(Inquiry_State.ANSWERED, feedback.closeInquiry),
    complaints(Complaint_State.TAKEN_IN, feedback.assignComplaint),
    complaints(Complaint_State.ASSIGNED, feedback.closeComplaint),
    findings(Finding_State.PREWARNING, supervision.justifyFinding),
    findings(Finding_State.SUSPECTED, supervision.justifyFinding, supervision.confirmFinding, supervision.dismissFinding),
    findings(Finding_State.JUSTIFIED, supervision.confirmFinding, supervision.dismissFinding),
    // Lists of notices carry no actions.
    question('notice', [notice.answerNotice, notice.acceptRectification], supervision.listNotices, {}, (r) => r.notices.map((one) => ({
      name: one.name, title: one.finding, agency: other(one), since: one.createTime, due: one.dueDate, acts: noticeActs(one, me) }))),
    incidents(Incident_State.REPORTED, incident.addMeasure),
    incidents(Incident_State.HANDLING, incident.closeIncident),
    projects(Project_State.DRAFT, project.precompileCatalog),
    projects(Project_State.AGREED_WITH_CHANGES, project.precompileCatalog),
    projects(Project_State.DISAGREED, project.precompileCatalog),
    projects(Project_State.PRECOMPILED, project.issueOpinion),
    projects(Project_State.AGREED, project.handInCatalog, project.acceptProject),
    projects(Project_State.HANDED_IN, project.acceptProject),
    question('node', [DirectoryService.method.approveNode], DirectoryService.method.listNodeApplications, {}, (r) => r.applications
      .filter((one) => one.state === NodeApplication_State.APPLIED && one.node !== undefined)
      .map((one) => ({ name: one.node?.name ?? '', title: one.node?.name ?? '', acts: names(DirectoryService.method.approveNode) }))),
    question('roleProposal', [AccountService.method.assignRole], AccountService.method.listRoleProposals, {}, (r) => r.proposals
      .filter((one) => one.state === RoleProposal_State.PROPOSED)
      .map((one) => ({ name: one.name, title: one.person, agency: one.agency === me ? '' : one.agency, since: one.proposeTime,
        acts: names(AccountService.method.assignRole) }))),
    question('control', [AuditService.method.confirmControl], AuditService.method.getControls, {}, (r) => r.waiting.filter((one) => one.proposer !== person).map((one) => ({
      name: one.name, title: one.reason, since: one.time, acts: names(AuditService.method.confirmControl), path: '/controls' }))),
  ];
}

function noticeActs(one: { readonly state: Notice_State; readonly consumer: string }, me: string): string[] {
  const owes = one.state === Notice_State.OPEN || one.state === Notice_State.RECTIFICATION_REJECTED;
  if (owes) return one.consumer === me ? names(NoticeService.method.answerNotice) : [];
  return one.state === Notice_State.ANSWERED && one.consumer !== me ? names(NoticeService.method.acceptRectification) : [];
}

// Posts that can be lent (DelegationService): who acts for a colleague is asked about these, too.
const LENT = [Role.SHARING_HEAD, Role.PROVIDER_REVIEWER];

/** The questions that are worth asking for somebody of these roles. */
export function askedFor(
  me: { readonly agency: string; readonly name: string; readonly roles: readonly Role[] }, delegated: boolean,
): readonly Question[] {
  const held = delegated ? [...me.roles, ...LENT] : me.roles;
  return questionsFor(me.agency, me.name).filter((one) => one.for.some((act) => admits(act, held)));
}
