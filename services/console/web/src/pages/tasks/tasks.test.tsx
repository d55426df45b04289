// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State } from '@/gen/shareway/catalog/v1/resource_pb';
import { UpdateClock_Kind, UpdateClock_State } from '@/gen/shareway/catalog/v1/update_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { CorrectionService, Correction_State } from '@/gen/shareway/sharing/v1/correction_pb';
import { DemandService, Demand_State } from '@/gen/shareway/sharing/v1/demand_pb';
import { DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { FeedbackService, Inquiry_State } from '@/gen/shareway/sharing/v1/feedback_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { IncidentService } from '@/gen/shareway/sharing/v1/incident_pb';
import { ListRequestsRequest_View } from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { KINDS, questionsFor } from './kinds';

const B = 'agencies/11330000MB0000000B';

/** A reviewer's services; what is not said here has nothing. */
function reviewer(): FakeServer {
  return fakeServer()
    .on(RequestService.method.getInbox, () => ({ warnings: [{ subject: 'corrections/c1', clock: 'CORRECTION', dueDate: '2026-12-01', mark: 'HEAD' }] }))
    .on(SupervisionService.method.listClocks, () => ({ clocks: [{ subject: 'inquiries/i1', debtor: TAX, overdue: true, workingDaysLeft: -3 }] }))
    .on(RequestService.method.listRequests, () => ({ requests: [{ name: 'requests/r1', resource: 'resources/1', consumer: B, provider: TAX,
      dueDate: '2026-11-26', workingDaysLeft: 2, availableActions: ['DecideRequest', 'WithdrawRequest'] }] }))
    .on(GrantService.method.listDisposals, () => ({}))
    .on(CorrectionService.method.listCorrections, ({ state }) => ({ corrections: state === Correction_State.OPENED ? [
      { name: 'corrections/c1', description: '地址有误', consumer: B, provider: TAX, dueDate: '2026-12-01', availableActions: ['AcknowledgeCorrection'] },
      { name: 'corrections/c2', description: '不归我办', consumer: TAX, provider: B, availableActions: ['WithdrawCorrection'] }] : [] }))
    .on(DisputeService.method.listDisputes, () => ({}))
    .on(DemandService.method.listDemands, ({ state }) => ({ demands: state === Demand_State.ROUTED ? [
      { name: 'demands/d1', title: '企业名单', consumer: B, provider: TAX, availableActions: ['AcceptDemand'],
        createTime: timestampFromDate(new Date('2026-11-01T00:00:00Z')) }] : [] }))
    .on(FeedbackService.method.listInquiries, ({ state }) => ({ inquiries: state === Inquiry_State.OPEN ? [
      { name: 'inquiries/i1', question: '多久更新', consumer: B, provider: TAX, dueDate: '2026-11-18', overdue: true, availableActions: ['AnswerInquiry'] }] : [] }));
}

const rows = async (): Promise<string[]> => (await screen.findAllByRole('rowheader')).map((cell) => cell.textContent ?? '');

test('what waits in several services is one list, the overdue first, then the soonest due', async () => {
  const { server } = show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server: reviewer() });
  expect(await rows()).toEqual(['多久更新', 'resources/1', '地址有误', '企业名单']);
  expect(screen.getByText(/超期 3 个工作日|已超 3/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'resources/1' }).getAttribute('href')).toBe('/inbox/r1');
  expect(screen.getByRole('link', { name: '企业名单' }).getAttribute('href')).toBe('/demands/d1');
  expect(screen.getByText('作出决定')).toBeTruthy();
  expect(screen.getByText('即将到期')).toBeTruthy();
  expect(screen.getByText(/^更新于 /)).toBeTruthy();
  expect(server.requests(RequestService.method.listRequests)[0]?.view).toBe(ListRequestsRequest_View.MINE);
  // Nothing is asked in which a reviewer has no part.
  expect(server.requests(ProjectService.method.listProjects)).toHaveLength(0);
  expect(server.requests(IncidentService.method.listIncidents)).toHaveLength(0);
});

test('views and kinds filter the list, and stay in the address', async () => {
  const { user, address } = show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server: reviewer() });
  await rows();
  await user.click(screen.getByRole('button', { name: '已逾期 (1)' }));
  expect(await rows()).toEqual(['多久更新']);
  expect(address()).toBe('/tasks?view=OVERDUE');
  await user.click(screen.getByRole('button', { name: '两个工作日内到期或已预警 (2)' }));
  expect(await rows()).toEqual(['resources/1', '地址有误']);
  await user.selectOptions(screen.getByLabelText('类别'), '校核申请 (1)');
  expect(await rows()).toEqual(['地址有误']);
  expect(address()).toContain('kind=correction');
});

test('a last day can be given', async () => {
  show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks?until=2026-11-30', server: reviewer() });
  expect(await rows()).toEqual(['多久更新', 'resources/1']);
});

test('Enter opens the task that has the keyboard', async () => {
  const { user, address } = show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server: reviewer() });
  await rows();
  const first = screen.getAllByRole('row')[1];
  first?.focus();
  await user.keyboard('j{Enter}');
  await waitFor(() => expect(address()).toBe('/inbox/r1'));
});

test('a service that does not answer is named, and the others are shown', async () => {
  const server = reviewer().on(CorrectionService.method.listCorrections, () => {
    throw fault(Code.Unavailable, 'SHARING_AWAY', { localized: '服务暂不可用' });
  });
  show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server });
  expect(await rows()).toEqual(['多久更新', 'resources/1', '企业名单']);
  expect(within(screen.getByRole('alert')).getByText('以下类别未能读取，清单可能不全：校核申请')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toContain('服务暂不可用');
});

test('missing clocks are told of', async () => {
  const server = reviewer().on(SupervisionService.method.listClocks, () => { throw fault(Code.Unavailable, 'SHARING_AWAY'); });
  show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server });
  await rows();
  expect(screen.getByText(/法定期限未能读取/)).toBeTruthy();
});

test('lists longer than what is read are told of', async () => {
  let pages = 0;
  const server = reviewer().on(DisputeService.method.listDisputes, () => { pages += 1; return { nextPageToken: `p${pages}` }; });
  show({ roles: [Role.PROVIDER_REVIEWER], path: '/tasks', server });
  await rows();
  expect(screen.getByText(/超出一次读取的数量.*争议/)).toBeTruthy();
  expect(pages).toBe(3);
});

test('entries that wait for the authority have the last day of its review', async () => {
  const server = reviewer()
    .on(CatalogService.method.listResources, ({ state }) => ({ resources: state === Resource_State.APPROVED
      ? [{ name: 'resources/7', title: '企业登记', provider: B }, { name: 'resources/8', title: '无期限', provider: B }] : [] }))
    .on(CatalogService.method.listUpdateClocks, ({ state, kind }) => ({
      clocks: state === UpdateClock_State.RUNNING && kind === UpdateClock_Kind.PUBLICATION
        ? [{ name: 'updateClocks/u1', resource: 'resources/7', provider: B, workingDaysLeft: 1,
          dueTime: timestampFromDate(new Date('2026-11-24T16:00:00Z')) }] : [] }));
  show({ roles: [Role.SHARING_AUTHORITY], path: '/tasks?kind=resource', server });
  expect(await rows()).toEqual(['企业登记', '无期限']);
  expect(screen.getByText(/截止 2026年11月24日/)).toBeTruthy();
});

test('posts lent by a colleague are asked for, too', async () => {
  const server = reviewer().on(RequestService.method.getInbox, () => ({ delegations: ['delegations/d1'] }));
  show({ roles: [Role.CLERK], path: '/tasks', server });
  expect(await rows()).toContain('企业名单');
});

test('nothing waits for somebody without a role', async () => {
  const server = fakeServer().on(RequestService.method.getInbox, () => ({})).on(SupervisionService.method.listClocks, () => ({}));
  show({ roles: [], path: '/tasks', server });
  expect(await screen.findByText('没有等待您办理的事项。')).toBeTruthy();
});

test('each kind and each act has words in all languages', async () => {
  const acts = questionsFor(TAX, 'people/wang').flatMap((one) => one.for.map((act) => act.name));
  for (const locale of ['zh-Hans', 'zh-Hant', 'en'] as const) {
    await setLocale(locale);
    const { hasText } = await import('@/i18n');
    for (const act of acts) expect(hasText('tasks', `act.${act}`), `${locale} ${act}`).toBe(true);
    for (const kind of KINDS) expect(hasText('tasks', `kind.${kind}`), `${locale} ${kind}`).toBe(true);
  }
  await setLocale('zh-Hans');
});
