// SPDX-License-Identifier: Apache-2.0
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { OfflineDelivery_Medium as Medium } from '@/gen/shareway/sharing/v1/offline_delivery_pb';
import {
  AnswerServiceChangeRequestSchema, FileServiceChangeRequestSchema, ProposeServiceChangeRequestSchema, ServiceChange_Kind as Kind, ServiceChange_State as State,
} from '@/gen/shareway/sharing/v1/service_change_pb';
import { show, TAX } from '@/test/render';

const { method } = GrantService;
const B = 'agencies/11330000MB0000000B';
const USE = { name: 'uses/u1', grant: 'grants/g1', consumer: TAX, scenario: '开办企业', process: '窗口查询', effect: '少跑一次', storage: '不留存', destruction: '无',
  startDate: '2026-01-01', endDate: '2026-06-30' };
const CHANGE = { name: 'service-changes/c1', resource: 'resources/1', provider: TAX, kind: Kind.END, reason: '系统下线', effectDate: '2027-01-01', state: State.CONSULTING,
  etag: 'e1', dueDate: '2026-12-10', answers: [{ consumer: B, answered: true, agrees: false, comment: '仍需使用', person: 'people/li' }] };
const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listUses, () => ({ uses: [USE] }))
  .on(method.listInspections, () => ({ inspections: [{ name: 'inspections/i1', grant: 'grants/g1', inspectingAgency: B, reason: '年度检查', recordCount: 3 }] }))
  .on(method.listServiceChanges, () => ({ serviceChanges: [CHANGE] })).on(method.getServiceChange, () => ({ ...CHANGE, ...more }))
  .on(method.listOfflineDeliveries, () => ({ offlineDeliveries: [{ name: 'offline-deliveries/d1', grant: 'grants/g1', medium: Medium.TAPE, label: 'T-9', deliveryDate: '2026-11-01' }] }))
  .on(CatalogService.method.listResources, () => ({ resources: [{ name: 'resources/1', title: '企业登记' }] }))
  .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }, { name: B, displayName: '市监局' }] }));
const requestOf = <T extends DescMessage>(schema: T, act: SignedAct | undefined): MessageShape<T> =>
  fromBinary(schema, fromBinary(ActSchema, act?.act ?? new Uint8Array()).request);
const sign = async (user: ReturnType<typeof show>['user']): Promise<void> =>
  user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /签/ }));
afterEach(() => sessionStorage.clear());

test('own use records are listed, with who read them, and are asked for by grant', async () => {
  const server = served();
  const { user, address } = show({ path: '/uses', roles: [Role.APPLICANT], server });
  expect(await screen.findByText('窗口查询')).toBeTruthy();
  expect(await screen.findByText('年度检查')).toBeTruthy();
  await user.type(screen.getByLabelText(/^授权/), 'grants/g1');
  await waitFor(() => expect(server.requests(method.listUses).at(-1)?.grant).toBe('grants/g1'));
  expect(address()).toBe('/uses?grant=grants%2Fg1');
  expect(screen.queryByRole('button', { name: '查阅使用记录' })).toBeNull();
});

test('a use is checked and recorded; faults show at their fields and what was typed stays', async () => {
  let bad = true;
  const server = served().on(method.reportUse, (request) => {
    if (bad && !request.validateOnly) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'end_date', rule: 'is in the future' }] });
    return USE;
  });
  const { user, address } = show({ path: '/uses/new?grant=grants/g1', roles: [Role.APPLICANT], server });
  fireEvent.change(await screen.findByLabelText(/^开始日期/), { target: { value: '2026-01-01' } });
  fireEvent.change(screen.getByLabelText(/^结束日期/), { target: { value: '2026-06-30' } });
  for (const label of ['场景', '过程', '成效', '存储', '销毁']) await user.type(screen.getByLabelText(new RegExp(`^${label}`)), label);
  await user.click(screen.getByRole('button', { name: /检\s*查$/ }));
  expect(await screen.findByText('检查通过，尚未记录。')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: /记\s*录$/ }));
  expect((await screen.findAllByText('is in the future')).length).toBeGreaterThan(0);
  bad = false;
  await user.click(screen.getByRole('button', { name: /记\s*录$/ }));
  await waitFor(() => expect(address()).toBe('/uses'));
  expect(server.requests(method.reportUse).at(-1)).toMatchObject({ grant: 'grants/g1', scenario: '场景', destruction: '销毁', startDate: '2026-01-01', validateOnly: false });
});

test('a provider reads the records of one grant with a reason', async () => {
  const server = served().on(method.inspectUse, () => ({ uses: [{ ...USE, process: '批量核对' }] }));
  const { user } = show({ path: '/uses', roles: [Role.PROVIDER_REVIEWER, Role.SHARING_HEAD, Role.SHARING_AUTHORITY], server });
  await user.type(await screen.findByLabelText(/^要查阅的授权/), 'grants/g7');
  await user.type(screen.getByLabelText(/^理由/), '年度检查');
  await user.click(screen.getByRole('button', { name: '查阅使用记录' }));
  expect(await screen.findByText('批量核对')).toBeTruthy();
  expect(server.requests(method.inspectUse)[0]).toMatchObject({ grant: 'grants/g7', reason: '年度检查' });
});

test('a change of service is proposed by a signature', async () => {
  const server = served().on(method.proposeServiceChange, () => CHANGE);
  const { user, address } = show({ path: '/service-changes/new?resource=resources/1', roles: [Role.SHARING_HEAD], server });
  await user.selectOptions(await screen.findByLabelText(/^类型/), 'END');
  await user.type(screen.getByLabelText(/^变更内容与理由/), '系统下线');
  fireEvent.change(screen.getByLabelText(/^生效日期/), { target: { value: '2027-01-01' } });
  await user.click(screen.getByRole('button', { name: '提出并征求意见' }));
  await sign(user);
  await waitFor(() => expect(address()).toBe('/service-changes/c1'));
  expect(requestOf(ProposeServiceChangeRequestSchema, server.requests(method.proposeServiceChange)[0]?.signedAct))
    .toMatchObject({ resource: 'resources/1', kind: Kind.END, reason: '系统下线', effectDate: '2027-01-01' });
});

test('a consumer objects with a comment, and the provider files with a reply to it', async () => {
  const server = served({ availableActions: ['AnswerServiceChange', 'FileServiceChange'] })
    .on(method.answerServiceChange, () => CHANGE).on(method.fileServiceChange, () => CHANGE);
  const { user } = show({ path: '/service-changes/c1', roles: [Role.SHARING_HEAD], server });
  expect(await screen.findByText('仍需使用')).toBeTruthy();
  await user.click(screen.getByRole('checkbox', { name: '有异议' }));
  const object = screen.getByRole<HTMLButtonElement>('button', { name: '提出异议' });
  expect(object.disabled).toBe(true);
  await user.type(screen.getByLabelText(/^说明/), '没有替代');
  await user.click(object);
  await sign(user);
  await waitFor(() => expect(server.requests(method.answerServiceChange).length).toBe(1));
  expect(requestOf(AnswerServiceChangeRequestSchema, server.requests(method.answerServiceChange)[0]?.signedAct))
    .toMatchObject({ etag: 'e1', agrees: false, comment: '没有替代' });
  await user.type(await screen.findByLabelText(/^备案回执号/), '备〔2026〕1 号');
  const file = screen.getByRole<HTMLButtonElement>('button', { name: '登记备案' });
  expect(file.disabled).toBe(true);
  await user.type(screen.getByLabelText(/^对异议的答复/), '改用新接口');
  await user.click(file);
  await sign(user);
  await waitFor(() => expect(server.requests(method.fileServiceChange).length).toBe(1));
  expect(requestOf(FileServiceChangeRequestSchema, server.requests(method.fileServiceChange)[0]?.signedAct))
    .toMatchObject({ receiptNumber: '备〔2026〕1 号', reply: '改用新接口' });
});

test('a delivery is entered by its digest, and one that is none is told', async () => {
  const server = served().on(method.recordOfflineDelivery, () => ({ name: 'offline-deliveries/d2' }));
  const { user, address } = show({ path: '/offline-deliveries', roles: [Role.SHARING_HEAD], server });
  expect(await screen.findByText(/T-9/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '登记离线交付' }));
  await screen.findByLabelText(/^介质编号/);  // the list has a field for a grant, too
  await user.type(screen.getByLabelText(/^授权/), 'grants/g1');
  await user.selectOptions(screen.getByLabelText(/^介质（|^介质$/), 'TAPE');
  await user.type(screen.getByLabelText(/^介质编号/), 'T-10');
  await user.type(screen.getByLabelText(/^SHA-256 摘要/), 'ab');
  expect(screen.getByText(/须为 64 个十六进制字符/, { selector: 'bdi' })).toBeTruthy();
  await user.type(screen.getByLabelText(/^SHA-256 摘要/), 'ab'.repeat(31));
  await user.type(screen.getByLabelText(/^交付人/), 'people/a');
  await user.type(screen.getByLabelText(/^接收人/), 'people/b');
  fireEvent.change(screen.getByLabelText(/^交付日期/), { target: { value: '2026-11-01' } });
  await user.click(screen.getByRole('button', { name: /记\s*录$/ }));
  await waitFor(() => expect(address()).toBe('/offline-deliveries'));
  const sent = server.requests(method.recordOfflineDelivery)[0];
  expect(sent).toMatchObject({ grant: 'grants/g1', medium: Medium.TAPE, label: 'T-10', giver: 'people/a', receiver: 'people/b', deliveryDate: '2026-11-01', recordCount: 0n });
  expect([sent?.digest.length, sent?.digest[31]]).toEqual([32, 0xab]);
});
