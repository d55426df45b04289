// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { AttachmentService } from '@/gen/shareway/sharing/v1/attachment_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import {
  Dispute_Matter, Dispute_Outcome, Dispute_Stage, DisputeService, ProposeSettlementRequestSchema, RecordDecisionRequestSchema,
} from '@/gen/shareway/sharing/v1/dispute_pb';
import { show, TAX } from '@/test/render';

const { method } = DisputeService;
const ONE = { name: 'disputes/d1', subject: 'requests/r1', consumer: TAX, provider: 'agencies/b', claim: '应予共享', etag: 'e1',
  stage: Dispute_Stage.NEGOTIATION, matter: Dispute_Matter.REFUSAL, dueDate: '2026-12-01' };
const signed = (act: SignedAct | undefined): Uint8Array => fromBinary(ActSchema, act?.act ?? new Uint8Array()).request;
const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listDisputes, () => ({ disputes: [ONE] }))
  .on(method.getDispute, () => ({ ...ONE, ...more }))
  .on(AttachmentService.method.listAttachments, () => ({}));
afterEach(() => sessionStorage.clear());

test('the list tells matter and stage, and leads to the page', async () => {
  show({ path: '/disputes', server: served() });
  expect(await screen.findByRole('link', { name: 'disputes/d1' })).toBeTruthy();
  expect(screen.getByText('拒绝申请')).toBeTruthy();
});

test('a dispute is moved on with its reason; nothing else is offered', async () => {
  const server = served({ availableActions: ['EscalateDispute'] }).on(method.escalateDispute, () => ONE);
  const { user } = show({ path: '/disputes/d1', roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('button', { name: '进入下一阶段' }));
  expect(screen.queryByRole('button', { name: '撤回争议' })).toBeNull();
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByRole('textbox'), '协商已逾期');
  const buttons = within(dialog).getAllByRole('button');
  await user.click(buttons.at(-1) as HTMLElement);
  await waitFor(() => expect(server.requests(method.escalateDispute)[0]).toMatchObject({ name: 'disputes/d1', etag: 'e1', reason: '协商已逾期' }));
});

test('a dispute is opened over the cuts that are chosen; it is checked first, and a refusal keeps what was typed', async () => {
  let bad = true;
  const server = served().on(method.openDispute, (request) => {
    if (bad && !request.validateOnly) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'claim', rule: 'is empty' }] });
    return ONE;
  }).on(RequestService.method.getRequest, () => ({ name: 'requests/r1', resource: 'resources/1', decision: {
    cuts: [{ subject: 'zjhm', reason: '非必需' }, { subject: 'period', reason: '过长' }] } }));
  const { user, address } = show({ path: '/disputes/new?subject=requests/r1', roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('checkbox', { name: /zjhm/ }));
  await user.selectOptions(screen.getByLabelText('争议事项'), 'CUTS');
  await user.type(screen.getByLabelText(/^主张与理由/), '办件必需');
  await user.click(screen.getByRole('button', { name: /检\s*查/ }));
  expect(await screen.findByText('可以提出，尚未提交。')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: /提\s*出$/ }));
  expect((await screen.findAllByText('is empty')).length).toBeGreaterThan(0);
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^主张与理由/).value).toBe('办件必需');
  bad = false;
  await user.click(screen.getByRole('button', { name: /提\s*出$/ }));
  await waitFor(() => expect(address()).toBe('/disputes/d1'));
  expect(server.requests(method.openDispute).at(-1)).toMatchObject({ subject: 'requests/r1', claim: '办件必需', matter: Dispute_Matter.CUTS, cuts: ['zjhm'] });
});

test('terms are proposed by a signature, over an entry with their scope', async () => {
  const server = served({ subject: 'resources/1', resource: 'resources/1', matter: Dispute_Matter.CLASSIFICATION, availableActions: ['ProposeSettlement'] })
    .on(method.proposeSettlement, () => ONE)
    .on(CatalogService.method.getResource, () => ({ name: 'resources/1', items: [{ id: 'mc', name: '名称' }] }));
  const { user } = show({ path: '/disputes/d1', roles: [Role.SHARING_HEAD], server });
  const propose = await screen.findByRole<HTMLButtonElement>('button', { name: '提出和解方案' });
  expect(propose.disabled).toBe(true);
  await user.selectOptions(screen.getByLabelText(/^结果/), 'GRANT');
  await user.type(screen.getByLabelText(/^方案内容/), '先行试点');
  await user.click(await screen.findByRole('checkbox', { name: '名称 (mc)' }));
  await user.click(propose);
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.proposeSettlement).length).toBe(1));
  expect(fromBinary(ProposeSettlementRequestSchema, signed(server.requests(method.proposeSettlement)[0]?.signedAct)))
    .toMatchObject({ name: 'disputes/d1', etag: 'e1', terms: { outcome: Dispute_Outcome.GRANT, text: '先行试点', scope: { items: ['mc'] } } });
});

test('a session that failed is recorded without terms', async () => {
  const server = served({ availableActions: ['RecordMediation'] }).on(method.recordMediation, () => ONE);
  const { user } = show({ path: '/disputes/d1', roles: [Role.RECORDING_OFFICER], server });
  await user.type(await screen.findByLabelText(/^协调记录/), '双方未能一致');
  await user.click(screen.getByRole('checkbox', { name: /协调不成/ }));
  await user.click(screen.getByRole('button', { name: '记录协调' }));
  await waitFor(() => expect(server.requests(method.recordMediation)[0]).toMatchObject({ minutes: '双方未能一致', failed: true, etag: 'e1' }));
  expect(server.requests(method.recordMediation)[0]?.proposal).toBeUndefined();
});

test('a decision is signed with the digest of its document, which is kept first', async () => {
  const server = served({ availableActions: ['RecordDecision'] }).on(method.recordDecision, () => ONE)
    .onUpload(AttachmentService.method.uploadAttachment, () => ({ name: 'attachments/a1' }));
  const { user } = show({ path: '/disputes/d1', roles: [Role.RECORDING_OFFICER], server });
  await user.selectOptions(await screen.findByLabelText(/^结果/), 'UPHELD');
  await user.type(screen.getByLabelText(/^决定机关/), '市政府');
  await user.type(screen.getByLabelText(/^文号/), '1 号');
  fireEvent.change(screen.getByLabelText(/^文件日期/), { target: { value: '2026-11-01' } });
  await user.type(screen.getByLabelText(/^理由（|^理由/), '于法有据');
  const decide = screen.getByRole<HTMLButtonElement>('button', { name: '记录决定' });
  expect(decide.disabled).toBe(true);
  const bytes = new Uint8Array([1, 2, 3]);
  await user.upload(screen.getByLabelText(/^决定文件/), Object.assign(new File([bytes], '决定.pdf', { type: 'application/pdf' }),
    { arrayBuffer: () => Promise.resolve(bytes.buffer) }));
  expect(await screen.findByText('attachments/a1')).toBeTruthy();
  await user.click(decide);
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.recordDecision).length).toBe(1));
  const sent = fromBinary(RecordDecisionRequestSchema, signed(server.requests(method.recordDecision)[0]?.signedAct));
  expect(sent).toMatchObject({ outcome: Dispute_Outcome.UPHELD, decidingBody: '市政府', documentNumber: '1 号', documentDate: '2026-11-01', reasons: '于法有据',
    document: { name: 'attachments/a1' } });
  expect(sent.document?.sha256.length).toBe(32);
});
