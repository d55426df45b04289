// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { Disposal_Method, Disposal_State } from '@/gen/shareway/sharing/v1/disposal_pb';
import { Grant_State, RevokeGrantRequestSchema, RevokeGround } from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { Side } from '@/gen/shareway/sharing/v1/side_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { bytesOf, hexOf } from '@/api';

const { method } = GrantService;
const DAY = 86_400_000;
const OTHER = 'agencies/11330000MB0000000B';
const inDays = (days: number): ReturnType<typeof timestampFromDate> => timestampFromDate(new Date(Date.now() + days * DAY));
const GRANT = {
  name: 'grants/g1', resource: 'resources/306001-000001', resourceRevision: 2, consumer: TAX, provider: OTHER,
  state: Grant_State.ACTIVE, items: ['credit_code', 'name'], purposes: [Purpose.ADMINISTRATIVE_BASIS], methods: [Method.QUERY],
  rowFilter: [{ item: 'division', operator: Condition_Operator.PREFIX, value: '3301' }], dayQuota: 1200n,
  startTime: inDays(-10), endTime: inDays(10), request: 'requests/r1',
};

function grants(more: object = {}): FakeServer {
  return fakeServer()
    .on(method.listGrants, () => ({ grants: [GRANT,
      { ...GRANT, name: 'grants/g2', consumer: OTHER, provider: TAX, endTime: inDays(300) }] }))
    .on(method.getGrant, () => ({ ...GRANT, ...more }))
    .on(method.listServiceChanges, () => ({}))
    .on(method.listOfflineDeliveries, () => ({}));
}

const choose = async (user: ReturnType<typeof show>['user'], within_: HTMLElement, label: RegExp, value: string): Promise<void> =>
  user.selectOptions(within(within_).getByLabelText(label), value);

afterEach(async () => { sessionStorage.clear(); await setLocale('zh-Hans'); });

test('side, resource and what ends soon are asked of the service, and stand in the address', async () => {
  const server = grants();
  const { user, address } = show({ path: '/grants', server });
  expect(await screen.findByRole('link', { name: 'grants/g1' })).toBeTruthy();
  await user.selectOptions(screen.getByLabelText(/本部门身份/), 'provider');
  await waitFor(() => expect(server.requests(method.listGrants).at(-1)).toMatchObject({ side: Side.AS_PROVIDER, beforeDate: '', resource: '' }));
  await user.selectOptions(screen.getByLabelText(/本部门身份/), '');
  await user.click(screen.getByRole('checkbox', { name: '仅看 30 天内到期' }));
  const soon = new Date(Date.now() + (30 * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
  await waitFor(() => expect(server.requests(method.listGrants).at(-1)).toMatchObject({ side: Side.SIDE_UNSPECIFIED, beforeDate: soon, state: Grant_State.ACTIVE }));
  expect(address()).toBe('/grants?soon=1');
});

test('the state chosen is asked of the service', async () => {
  const server = grants();
  show({ path: '/grants?state=SUSPENDED', server });
  await screen.findByRole('link', { name: 'grants/g1' });
  expect(server.requests(method.listGrants)[0]?.state).toBe(Grant_State.SUSPENDED);
});

test('a grant’s page tells its scope in words, and offers nothing that the service did not', async () => {
  show({ path: '/grants/g1', roles: [Role.SHARING_HEAD], server: grants() });
  expect(await screen.findByText('division 以“3301”开头')).toBeTruthy();
  expect(screen.getByText('行政依据')).toBeTruthy();
  expect(screen.getByText('1,200')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'requests/r1' })).toBeTruthy();
  for (const name of ['收回', '暂停', '申请续期', '终止使用']) expect(screen.queryByRole('button', { name })).toBeNull();
  expect(screen.queryByRole('heading', { name: '处置' })).toBeNull();
});

test('a revocation is signed with its ground and document, and what it reached is told', async () => {
  const server = grants({ availableActions: ['RevokeGrant'] }).on(method.revokeGrant, () => ({
    grant: { ...GRANT, state: Grant_State.REVOKED }, confirmedNodes: [`${TAX}/nodes/n1`], deadTime: inDays(0),
  }));
  const { user } = show({ path: '/grants/g1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: '收回' }));
  const dialog = await screen.findByRole('dialog');
  await choose(user, dialog, /理由类别/, 'BASIS_CHANGED');
  await user.type(within(dialog).getByLabelText(/依据文件/), '条例第二十七条');
  await user.click(within(dialog).getByRole('button', { name: '去签署' }));
  expect(await screen.findByText(`${TAX}/nodes/n1`)).toBeTruthy();
  const act = fromBinary(ActSchema, server.requests(method.revokeGrant)[0]?.signedAct?.act ?? new Uint8Array());
  expect(fromBinary(RevokeGrantRequestSchema, act.request)).toMatchObject({
    name: 'grants/g1', ground: RevokeGround.BASIS_CHANGED, document: '条例第二十七条', waitMs: 5000 });
});

test('a refused act says why and keeps what was typed', async () => {
  const server = grants({ availableActions: ['SuspendGrant'] }).on(method.suspendGrant, () => {
    throw fault(Code.FailedPrecondition, 'STATE_FORBIDS', { localized: '授权已终止' });
  });
  const { user } = show({ path: '/grants/g1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: '暂停' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText(/^理由 /), '数据有误');
  await user.click(within(dialog).getByRole('button', { name: '去签署' }));
  expect(await within(dialog).findByText('授权已终止')).toBeTruthy();
  expect((within(dialog).getByLabelText(/^理由 /) as HTMLTextAreaElement).value).toBe('数据有误');
});

test('a disposal is reported by keyboard with its exact request; a bad digest stays here', async () => {
  const server = grants({ state: Grant_State.EXPIRED })
    .on(method.getDisposal, () => ({ name: 'disposals/g1', grant: 'grants/g1', state: Disposal_State.OVERDUE, etag: 'e1',
      dueDate: '2026-11-20', workingDaysLeft: -2, availableActions: ['ReportDisposal'] }))
    .on(method.reportDisposal, () => ({ name: 'disposals/g1', state: Disposal_State.REPORTED }));
  const { user } = show({ path: '/grants/g1', roles: [Role.APPLICANT], server });
  expect(await screen.findByText('已逾期')).toBeTruthy();
  await user.selectOptions(screen.getByLabelText(/处置方式/), 'MEDIA_DESTROYED');
  await user.type(screen.getByLabelText(/处置日期/), '2026-11-19');
  await user.type(screen.getByLabelText(/负责人/), 'people/li');
  await user.type(screen.getByLabelText(/清单摘要/), 'abc{Enter}');
  expect(await screen.findByText('应为 64 位十六进制。')).toBeTruthy();
  expect(server.requests(method.reportDisposal)).toHaveLength(0);
  const digest = 'ab'.repeat(32);
  await user.clear(screen.getByLabelText(/清单摘要/));
  await user.type(screen.getByLabelText(/清单摘要/), `${digest}{Enter}`);
  await waitFor(() => expect(server.requests(method.reportDisposal)).toHaveLength(1));
  const sent = server.requests(method.reportDisposal)[0];
  expect(sent).toMatchObject({ name: 'disposals/g1', etag: 'e1', method: Disposal_Method.MEDIA_DESTROYED,
    disposedDate: '2026-11-19', person: 'people/li' });
  expect(hexOf(sent?.manifestDigest ?? new Uint8Array())).toBe(digest);
});

test('what is not theirs is told as what is not there', async () => {
  const server = grants().on(method.getGrant, () => {
    throw fault(Code.NotFound, 'NOT_VISIBLE', { localized: '对象不存在或您无权查看' });
  });
  show({ path: '/grants/g1', server });
  expect(await screen.findByText('对象不存在或您无权查看')).toBeTruthy();
});

test('the page speaks English', async () => {
  await setLocale('en');
  show({ path: '/grants/g1', server: grants() });
  expect(await screen.findByText('Administrative basis')).toBeTruthy();
  expect(screen.getByText('division begins with “3301”')).toBeTruthy();
});

test('hexadecimal digits and bytes go back and forth', () => {
  expect(hexOf(bytesOf('00ff10'))).toBe('00ff10');
});
