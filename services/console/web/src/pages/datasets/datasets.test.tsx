// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { DatasetService, LoadFormat, type LoadRequest } from '@/gen/shareway/exchange/v1/exchange_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { show, type Shown } from '@/test/render';

const { method } = DatasetService;
const RESOURCE = 'resources/306001-000001';
const served = (): FakeServer => fakeServer().on(method.listVersions, () => ({ versions: [
  { resource: RESOURCE, version: 'v2', records: 120n, serving: true, digest: new Uint8Array(32), loadTime: timestampFromDate(new Date('2026-11-20T02:00:00Z')) },
  { resource: RESOURCE, version: 'v1', records: 100n, digest: new Uint8Array(32) }] }));
const atNode = (server: FakeServer, path = `/datasets?resource=${encodeURIComponent(RESOURCE)}`): Shown =>
  show({ roles: [Role.DATA_STEWARD], server, path, settings: { atNode: true } });

test('in the console it leads to the gateway beside the node, and asks for no dataset', async () => {
  const server = served().on(SessionService.method.openAtGateway, () => { throw fault(Code.FailedPrecondition, 'STATE_FORBIDS'); });
  const { user } = show({ roles: [Role.DATA_STEWARD], server, path: '/datasets' });
  await user.click(await screen.findByRole('button', { name: '进入本单位网关' }));
  await waitFor(() => expect(server.requests(SessionService.method.openAtGateway).length).toBe(1));
  expect(server.requests(method.listVersions).length).toBe(0);
});

test('versions of a resource are listed, and an older one is served again once that is confirmed', async () => {
  const server = served().on(method.rollback, () => ({}));
  const { user, address } = atNode(server, '/datasets');
  await user.type(await screen.findByLabelText(/名称/), RESOURCE);
  await user.click(screen.getByRole('button', { name: /查\s*看/ }));
  expect(await screen.findByText('v2')).toBeTruthy();
  expect(address()).toBe(`/datasets?resource=${encodeURIComponent(RESOURCE)}`);
  expect(within(screen.getByRole('row', { name: /v2/ })).getByText('正在提供')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '改用 v1' }));
  expect(server.requests(method.rollback).length).toBe(0);
  const buttons = within(await screen.findByRole('dialog')).getAllByRole('button');
  await user.click(buttons.at(-1) as HTMLElement);
  await waitFor(() => expect(server.requests(method.rollback)[0]).toMatchObject({ resource: RESOURCE, version: 'v1' }));
});

test('a file is loaded in pieces with its digest, and a bad row is told', async () => {
  let bad = true;
  const sent: LoadRequest[][] = [];
  const server = served().onUpload(method.load, (messages) => {
    sent.push([...messages]);
    if (bad) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'data', rule: 'line 3, column mc: is too long' }] });
    return { version: 'v3', records: 7n };
  });
  const { user } = atNode(server);
  const bytes = new Uint8Array((1 << 20) + 3);
  await user.upload(await screen.findByLabelText(/^文件（|^文件 |^文件$/), Object.assign(new File([bytes], 'a.csv', { type: 'text/csv' }),
    { arrayBuffer: () => Promise.resolve(bytes.buffer) }));
  await user.type(screen.getByLabelText(/^可查询的/), 'mc{enter}dz');
  const load = screen.getByRole('button', { name: '检查并装载' });
  await user.click(load);
  expect((await screen.findAllByText('line 3, column mc: is too long')).length).toBeGreaterThan(0);
  bad = false;
  await user.click(screen.getByRole('button', { name: /检查并装载$/ }));
  expect(await screen.findByText('已装载 v3，共 7 行，正在提供。')).toBeTruthy();
  const [head, first, second, last, ...more] = sent[1] ?? [];
  expect(head?.part).toMatchObject({ case: 'header', value: { resource: RESOURCE, format: LoadFormat.CSV, indexes: ['mc', 'dz'] } });
  expect([first?.part.case, second?.part.case, last?.part.case, more.length]).toEqual(['data', 'data', 'digest', 0]);
  expect((last?.part.value as Uint8Array).length).toBe(32);
});
