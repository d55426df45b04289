// SPDX-License-Identifier: Apache-2.0
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, type FakeServer } from '@/api/fake';
import { Role } from '@/gen/shareway/policy_pb';
import { Dispute_Matter, Dispute_Stage, DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { show, TAX } from '@/test/render';

const { method } = DisputeService;
const ONE = { name: 'disputes/d1', subject: 'requests/r1', consumer: TAX, provider: 'agencies/b', claim: '应予共享', etag: 'e1',
  stage: Dispute_Stage.NEGOTIATION, matter: Dispute_Matter.REFUSAL, dueDate: '2026-12-01' };
const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listDisputes, () => ({ disputes: [ONE] }))
  .on(method.getDispute, () => ({ ...ONE, ...more }));

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
