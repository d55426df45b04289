// SPDX-License-Identifier: Apache-2.0
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ShareCondition_Kind } from '@/gen/shareway/catalog/v1/resource_pb';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { BatchDecideRequestSchema } from '@/gen/shareway/sharing/v1/inbox_pb';
import {
  AskSupplementRequestSchema, DecideRequestRequestSchema, ListRequestsRequest_View, SignOffDecisionRequestSchema,
} from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { Decision_Ground, Decision_Verdict, SharingRequest_State as State } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';

const { method } = RequestService;
const OTHER = 'agencies/11330000MB0000000B';
const ASKED = {
  name: 'requests/r1', resource: 'resources/306001-000001', resourceRevision: 2, consumer: OTHER, provider: TAX, etag: 'e1',
  state: State.IN_REVIEW, legalBasis: '条例第十条', scenario: '办理登记', dueDate: '2026-12-02', workingDaysLeft: 7,
  profile: 'r25@1', article: 'R25 21', availableActions: ['DecideRequest', 'AskSupplement'],
  scope: { items: ['name', 'phone'], maskedItems: ['phone'], purposes: [Purpose.WORK_REFERENCE], methods: [Method.QUERY],
           startDate: '2026-12-01', endDate: '2027-12-01', dayCalls: 100n },
};

function desk(more: object = {}): FakeServer {
  const request = { ...ASKED, ...more };
  return fakeServer()
    .on(method.getInbox, () => ({ mine: { requests: 2 }, due: { requests: 1 }, overdue: {}, waiting: { requests: 1000, more: true } }))
    .on(method.listRequests, () => ({ requests: [request, { ...request, name: 'requests/r2', etag: 'e2' }] }))
    .on(method.getRequest, () => request)
    .on(GrantService.method.listGrants, () => ({}))
    .on(CatalogService.method.getResource, ({ name }) => ({ name, title: '企业名单', methods: [Method.QUERY],
      items: [{ id: 'name', name: '名称' }, { id: 'phone', name: '电话' }],
      conditions: [{ id: 'c1', kind: ShareCondition_Kind.PURPOSES, text: '仅限登记机关' }] }));
}

/** The request within the act that was signed. */
function signed<T extends DescMessage>(schema: T, request: { signedAct?: { act: Uint8Array } } | undefined): MessageShape<T> {
  return fromBinary(schema, fromBinary(ActSchema, request?.signedAct?.act ?? new Uint8Array()).request);
}

afterEach(async () => { sessionStorage.clear(); await setLocale('zh-Hans'); });

test('the inbox asks for its view and shows counts and the days that the service says', async () => {
  const server = desk();
  const { user, address } = show({ path: '/inbox?view=DUE', roles: [Role.PROVIDER_REVIEWER], server });
  expect(await screen.findByRole('link', { name: 'requests/r1' })).toBeTruthy();
  expect(server.requests(method.listRequests)[0]?.view).toBe(ListRequestsRequest_View.DUE);
  expect(await screen.findByRole('button', { name: '等待他方 (1000 以上)' })).toBeTruthy();
  expect(screen.getAllByText(/剩余 7|7 个工作日/).length).toBeGreaterThan(0);
  await user.click(screen.getByRole('button', { name: /^已逾期/ }));
  expect(address()).toBe('/inbox?view=OVERDUE');
});

test('Enter opens the desk from the list', async () => {
  const { user, address } = show({ path: '/inbox', roles: [Role.PROVIDER_REVIEWER], server: desk() });
  const row = (await screen.findByRole('link', { name: 'requests/r1' })).closest('tr');
  row?.focus();
  await user.keyboard('j{Enter}');
  expect(address()).toBe('/inbox/r2');
});

test('a struck item needs its reason and makes an approval with a reduced scope', async () => {
  const server = desk().on(method.decideRequest, () => ({ ...ASKED, state: State.DECIDED }));
  const { user } = show({ path: '/inbox/r1', roles: [Role.PROVIDER_REVIEWER], server });
  const box = await screen.findByRole('checkbox', { name: '同意提供 电话 (phone)' });
  expect(screen.getByText('条例第十条')).toBeTruthy();
  await user.click(box);
  expect(screen.getByRole('button', { name: '缩小范围同意' }).hasAttribute('disabled')).toBe(true);
  await user.type(screen.getByLabelText(/不提供 电话/), '并非必需');
  await user.click(screen.getByRole('button', { name: '缩小范围同意' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  await expect.poll(() => server.requests(method.decideRequest).length).toBe(1);
  expect(signed(DecideRequestRequestSchema, server.requests(method.decideRequest)[0])).toMatchObject({
    name: 'requests/r1', etag: 'e1', decision: {
      verdict: Decision_Verdict.APPROVE_REDUCED, cuts: [{ subject: 'phone', reason: '并非必需' }],
      scope: { items: ['name'], maskedItems: [], dayCalls: 100n, endDate: '2027-12-01' } } });
});

test('a refusal names the condition; who comes late is told, and nothing typed is lost', async () => {
  const server = desk({ steps: [{ actor: 'people/li', action: 'DecideRequest', time: timestampFromDate(new Date()) }] })
    .on(method.decideRequest, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE', { localized: '已被他人更改' }); });
  const { user } = show({ path: '/inbox/r1', roles: [Role.PROVIDER_REVIEWER], server });
  await screen.findByRole('checkbox', { name: '同意提供 电话 (phone)' });
  await user.click(screen.getByRole('button', { name: '不予同意' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: '未满足使用条件' }));
  await user.selectOptions(within(dialog).getByLabelText(/未满足的使用条件/), 'c1');
  await user.click(within(dialog).getByRole('button', { name: '去签署' }));
  expect(await within(dialog).findByText(/people\/li/)).toBeTruthy();
  expect((within(dialog).getByLabelText(/^理由 /) as HTMLTextAreaElement).value).toBe('申请不满足目录公布的使用条件。');
  expect(signed(DecideRequestRequestSchema, server.requests(method.decideRequest)[0]).decision).toMatchObject({
    verdict: Decision_Verdict.REFUSE, ground: Decision_Ground.CONDITION, condition: 'c1', citation: '',
    reason: '申请不满足目录公布的使用条件。' });
});

test('what is missing is asked for once, as one list', async () => {
  const server = desk().on(method.askSupplement, () => ASKED);
  const { user } = show({ path: '/inbox/r1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.click(await screen.findByRole('button', { name: '要求补正' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText(/第 1 项：事项/), '依据');
  await user.type(within(dialog).getByLabelText(/第 1 项：缺少什么/), '条款号');
  await user.click(within(dialog).getByRole('button', { name: '增加一项' }));
  await user.type(within(dialog).getByLabelText(/第 2 项：事项/), '场景');
  await user.type(within(dialog).getByLabelText(/第 2 项：缺少什么/), '用途');
  await user.click(within(dialog).getByRole('button', { name: '去签署' }));
  await expect.poll(() => server.requests(method.askSupplement).length).toBe(1);
  expect(signed(AskSupplementRequestSchema, server.requests(method.askSupplement)[0]).items).toMatchObject([
    { subject: '依据', missing: '条款号' }, { subject: '场景', missing: '用途' }]);
});

test('the head signs the decision and is offered nothing else', async () => {
  const server = desk({ state: State.DECIDED, availableActions: ['SignOffDecision'], decision: { verdict: Decision_Verdict.APPROVE } })
    .on(method.signOffDecision, () => ({ ...ASKED, state: State.APPROVED }));
  const { user } = show({ path: '/inbox/r1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: '签批决定' }));
  expect(screen.queryByRole('button', { name: '不予同意' })).toBeNull();
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  await expect.poll(() => server.requests(method.signOffDecision).length).toBe(1);
  expect(signed(SignOffDecisionRequestSchema, server.requests(method.signOffDecision)[0])).toMatchObject({ name: 'requests/r1', etag: 'e1' });
});

test('more time is asked for, and a fault stands at its field', async () => {
  const server = desk({ availableActions: ['AskExtension'] }).on(method.askExtension, () => {
    throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'days', rule: '至多五日' }] });
  });
  const { user } = show({ path: '/inbox/r1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.type(await screen.findByLabelText(/延长的工作日/), '9');
  await user.type(screen.getByLabelText(/^理由 /), '量大');
  await user.click(screen.getByRole('button', { name: '申请延期' }));
  expect((await screen.findAllByText('至多五日')).length).toBeGreaterThan(0);
  expect(server.requests(method.askExtension)[0]).toMatchObject({ name: 'requests/r1', etag: 'e1', days: 9, reason: '量大' });
  expect((screen.getByLabelText(/延长的工作日/) as HTMLInputElement).value).toBe('9');
});

test('a batch is looked at first, and only what can be approved is signed', async () => {
  const server = desk().on(method.batchDecide, () => ({ decided: 1, results: [{ name: 'requests/r1' },
    { name: 'requests/r2', reason: 'OWN_REQUEST', message: '不得审核本人的申请' }] }));
  const { user } = show({ path: '/inbox', roles: [Role.PROVIDER_REVIEWER], server });
  for (const box of await screen.findAllByRole('checkbox')) await user.click(box);
  await user.click(screen.getByRole('button', { name: '预览同意' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  expect(await screen.findByText('不得审核本人的申请')).toBeTruthy();
  expect(signed(BatchDecideRequestSchema, server.requests(method.batchDecide)[0])).toMatchObject({ validateOnly: true, items: [{ name: 'requests/r1', etag: 'e1' }, { name: 'requests/r2', etag: 'e2' }] });
  await user.click(screen.getByRole('button', { name: '批量同意' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  await expect.poll(() => server.requests(method.batchDecide).length).toBe(2);
  expect(signed(BatchDecideRequestSchema, server.requests(method.batchDecide)[1])).toMatchObject({
    validateOnly: false, items: [{ name: 'requests/r1', etag: 'e1' }], decision: { verdict: Decision_Verdict.APPROVE } });
  expect(await screen.findByText('已同意 1 件。')).toBeTruthy();
  expect(screen.getByText('requests/r2 不得审核本人的申请')).toBeTruthy();
});
