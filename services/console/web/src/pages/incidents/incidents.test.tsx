// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import {
  CloseIncidentRequestSchema, IncidentService, Incident_Severity as Severity, Incident_State as State,
} from '@/gen/shareway/sharing/v1/incident_pb';
import { show, TAX } from '@/test/render';

const { method } = IncidentService;
const ONE = {
  name: 'incidents/i1', agency: TAX, severity: Severity.SERIOUS, title: '接口被盗用', text: '夜间异常调用', state: State.HANDLING, etag: 'e1',
  happenTime: timestampFromDate(new Date('2026-11-20T02:00:00Z')), grants: ['grants/g1'], measures: [{ actor: 'people/li', text: '停用密钥' }],
  notices: [{ actor: 'people/li', body: '网信办', documentNumber: '〔2026〕1 号' }], availableActions: ['AddMeasure', 'NotifyBody', 'CloseIncident'],
};
const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listIncidents, () => ({ incidents: [ONE] })).on(method.getIncident, () => ({ ...ONE, ...more }))
  .on(method.listDrills, () => ({ drills: [{ name: 'drills/d1', agency: TAX, title: '断网演练', date: '2026-10-01', scenario: '断网', result: '两小时恢复' }] }))
  .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }] }));
afterEach(() => sessionStorage.clear());

test('the list asks for the state chosen, and reporting is offered to who may', async () => {
  const server = served();
  const { user, address, unmount } = show({ path: '/incidents', roles: [Role.SHARING_HEAD], server });
  expect((await screen.findByRole('link', { name: '接口被盗用' })).getAttribute('href')).toBe('/incidents/i1');
  await user.selectOptions(screen.getByLabelText('状态'), 'CLOSED');
  await waitFor(() => expect(server.requests(method.listIncidents).at(-1)?.state).toBe(State.CLOSED));
  expect(address()).toBe('/incidents?state=CLOSED');
  expect(screen.getByRole('button', { name: '报告安全事件' })).toBeTruthy();
  unmount();
  show({ path: '/incidents', roles: [Role.APPLICANT], server: served() });
  await screen.findByRole('link', { name: '接口被盗用' });
  expect(screen.queryByRole('button', { name: '报告安全事件' })).toBeNull();
});

test('an incident is reported as it was typed', async () => {
  const server = served().on(method.reportIncident, () => ONE);
  const { user, address } = show({ path: '/incidents/new', roles: [Role.SECURITY_ADMINISTRATOR], server });
  await user.selectOptions(await screen.findByLabelText(/^级别/), 'SERIOUS');
  await user.type(screen.getByLabelText(/^标题/), '接口被盗用');
  await user.type(screen.getByLabelText(/^经过/), '夜间异常调用');
  fireEvent.change(screen.getByLabelText(/^发生时间/), { target: { value: '2026-11-20T10:00' } });
  await user.type(screen.getByLabelText(/^建议暂停的授权/), 'grants/g1{enter}grants/g2{enter}');
  await user.click(screen.getByRole('button', { name: /报\s*告$/ }));
  await waitFor(() => expect(address()).toBe('/incidents/i1'));
  expect(server.requests(method.reportIncident)[0]).toMatchObject({ severity: Severity.SERIOUS, title: '接口被盗用', text: '夜间异常调用',
    grants: ['grants/g1', 'grants/g2'], happenTime: timestampFromDate(new Date('2026-11-20T10:00')) });
});

test('measures and notices are added at the etag read, and a conflict keeps what was typed', async () => {
  let stale = true;
  const server = served().on(method.addMeasure, () => {
    if (stale) throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
    return ONE;
  }).on(method.notifyBody, () => ONE);
  const { user } = show({ path: '/incidents/i1', roles: [Role.SECURITY_ADMINISTRATOR], server });
  const field = await screen.findByLabelText<HTMLTextAreaElement>('采取的措施');
  await user.type(field, '更换密钥');
  await user.click(screen.getByRole('button', { name: '记录措施' }));
  expect(await screen.findByText(/people\/li/, { selector: '[role=alert] *' })).toBeTruthy();
  expect(field.value).toBe('更换密钥');
  stale = false;
  await user.click(screen.getByRole('button', { name: '记录措施' }));
  await waitFor(() => expect(field.value).toBe(''));
  expect(server.requests(method.addMeasure).at(-1)).toMatchObject({ name: 'incidents/i1', etag: 'e1', text: '更换密钥' });
  await user.type(screen.getByLabelText('通报的部门'), '公安局');
  await user.type(screen.getByLabelText('文号'), '2 号');
  await user.click(screen.getByRole('button', { name: '记录通报' }));
  await waitFor(() => expect(server.requests(method.notifyBody)[0]).toMatchObject({ body: '公安局', documentNumber: '2 号', etag: 'e1' }));
});

test('closing it is signed, with a conclusion', async () => {
  const server = served().on(method.closeIncident, () => ONE);
  const { user } = show({ path: '/incidents/i1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: /办\s*结/ }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText(/原因与改进/), '密钥外泄');
  await user.click(dialog.getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.closeIncident).length).toBe(1));
  const act = server.requests(method.closeIncident)[0]?.signedAct?.act ?? new Uint8Array();
  expect(fromBinary(CloseIncidentRequestSchema, fromBinary(ActSchema, act).request)).toMatchObject({ name: 'incidents/i1', etag: 'e1', conclusion: '密钥外泄' });
});

test('who may do nothing is offered nothing', async () => {
  show({ path: '/incidents/i1', roles: [Role.AUDITOR], server: served({ availableActions: [] }) });
  expect(await screen.findByText('停用密钥')).toBeTruthy();
  expect(screen.queryByLabelText('采取的措施')).toBeNull();
});

test('drills are listed and recorded', async () => {
  const server = served().on(method.recordDrill, () => ({ name: 'drills/d2' }));
  const { user, address } = show({ path: '/drills', roles: [Role.SHARING_HEAD], server });
  expect(await screen.findByText('断网演练')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '记录演练' }));
  await user.type(await screen.findByLabelText(/^标题/), '换密钥');
  fireEvent.change(screen.getByLabelText(/^演练日期/), { target: { value: '2026-11-01' } });
  await user.type(screen.getByLabelText(/^演练内容/), '泄漏');
  await user.type(screen.getByLabelText(/^演练结果/), '一小时');
  await user.click(screen.getByRole('button', { name: /记\s*录$/ }));
  await waitFor(() => expect(address()).toBe('/drills'));
  expect(server.requests(method.recordDrill)[0]).toMatchObject({ title: '换密钥', date: '2026-11-01', scenario: '泄漏', result: '一小时' });
});
