// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { Correction_State, CorrectionService, Recall_Basis, Recall_State, ResolveCorrectionRequestSchema } from '@/gen/shareway/sharing/v1/correction_pb';
import { show, TAX } from '@/test/render';

const { method } = CorrectionService;
const ONE = { name: 'corrections/c1', resource: 'resources/x', consumer: TAX, provider: 'agencies/b', exchange: 'E-1', item: 'name',
  description: '名称有误', state: Correction_State.OPENED, dueDate: '2026-12-01', etag: 'e1' };

const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listCorrections, () => ({ corrections: [ONE] }))
  .on(method.getCorrection, () => ({ ...ONE, ...more }));

afterEach(() => sessionStorage.clear());

test('the list asks for the state chosen, and only who may is offered to open one', async () => {
  const server = served();
  const { unmount } = show({ path: '/corrections?state=OPENED', roles: [Role.APPLICANT], server });
  expect(await screen.findByRole('link', { name: 'corrections/c1' })).toBeTruthy();
  expect(screen.getByRole('button', { name: '提出校核' })).toBeTruthy();
  expect(server.requests(method.listCorrections)[0]?.state).toBe(Correction_State.OPENED);
  unmount();
  show({ path: '/corrections', roles: [Role.PROVIDER_REVIEWER], server: served() });
  await screen.findByRole('link', { name: 'corrections/c1' });
  expect(screen.queryByRole('button', { name: '提出校核' })).toBeNull();
});

test('one is opened with its exact request; a fault shows at its field and what was typed stays', async () => {
  let bad = true;
  const server = served().on(method.openCorrection, () => {
    if (bad) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'item', rule: '无此项' }] });
    return ONE;
  });
  const { user, address } = show({ path: '/corrections/new?resource=resources/x', roles: [Role.CLERK], server });
  await user.type(await screen.findByLabelText(/问题说明/), '名称有误');
  await user.click(screen.getByRole('button', { name: /提\s*交/ }));
  expect((await screen.findAllByText('无此项')).length).toBeGreaterThan(0);
  expect((screen.getByLabelText(/问题说明/) as HTMLTextAreaElement).value).toBe('名称有误');
  bad = false;
  await user.click(screen.getByRole('button', { name: /提\s*交/ }));
  await waitFor(() => expect(address()).toBe('/corrections/c1'));
  expect(server.requests(method.openCorrection)[1]).toMatchObject({ resource: 'resources/x', description: '名称有误', place: 0 });
});

test('the answer is a signed act with the proof that its outcome needs', async () => {
  const server = served({ availableActions: ['ResolveCorrection'] }).on(method.resolveCorrection, () => ONE);
  const { user } = show({ path: '/corrections/c1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.click(await screen.findByRole('button', { name: /答\s*复/ }));
  const dialog = await screen.findByRole('dialog');
  await user.selectOptions(within(dialog).getByLabelText(/答复类型/), 'CONFIRMED');
  await user.type(within(dialog).getByLabelText(/数据无误的证明/), '原始档案');
  await user.click(within(dialog).getByRole('button', { name: '去签署' }));
  await waitFor(() => expect(server.requests(method.resolveCorrection)).toHaveLength(1));
  const act = fromBinary(ActSchema, server.requests(method.resolveCorrection)[0]?.signedAct?.act ?? new Uint8Array());
  expect(fromBinary(ResolveCorrectionRequestSchema, act.request)).toMatchObject({
    name: 'corrections/c1', etag: 'e1', outcome: Correction_State.CONFIRMED, proof: '原始档案' });
});

test('a recall tells who received the value, and the agency confirms its own', async () => {
  const server = served({ state: Correction_State.CORRECTED, recallTime: timestampFromDate(new Date()) })
    .on(method.listRecalls, () => ({ recalls: [{ name: 'recalls/r1', consumer: TAX, basis: Recall_Basis.DELIVERED,
      state: Recall_State.TOLD, etag: 'r', availableActions: ['ConfirmRecall'] }] }))
    .on(method.confirmRecall, () => ({}));
  const { user } = show({ path: '/corrections/c1', roles: [Role.CLERK], server });
  expect(await screen.findByText('已交付此记录')).toBeTruthy();
  await user.selectOptions(screen.getByLabelText(/处理情况/), 'REPLACED');
  await user.click(screen.getByRole('button', { name: '确认处理' }));
  await waitFor(() => expect(server.requests(method.confirmRecall)[0]).toMatchObject({
    name: 'recalls/r1', etag: 'r', outcome: Recall_State.REPLACED }));
  expect(screen.queryByRole('button', { name: '召回错误数据' })).toBeNull();
});

test('an acknowledgement that came second says so', async () => {
  const server = served({ availableActions: ['AcknowledgeCorrection'] })
    .on(method.acknowledgeCorrection, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); });
  const { user } = show({ path: '/corrections/c1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.click(await screen.findByRole('button', { name: /受\s*理/ }));
  expect(await screen.findByText('该对象已被他人修改。')).toBeTruthy();
});
