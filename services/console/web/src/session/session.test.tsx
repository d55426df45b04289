// SPDX-License-Identifier: Apache-2.0
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { useCall, useWrite } from '@/api';
import { fakeServer, fault } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { Factor } from '@/gen/shareway/console/v1/session_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { sessionOf, show } from '@/test/render';
import { useDraft } from '@/ui';

const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(7);

function Form(): ReactNode {
  const draft = useDraft('note', { text: '' });
  const write = useWrite(CatalogService.method.reportRefresh);
  const read = useCall(CatalogService.method.listCategories, {});
  return (
    <>
      <input aria-label="note" value={draft.value.text}
        onChange={(event) => draft.set({ text: event.target.value })} />
      <button onClick={() => void write.run({ resource: draft.value.text })}>send</button>
      <output>{write.error?.reason}</output>
      <p>{read.data === undefined ? 'no categories' : 'categories'}</p>
    </>
  );
}

test('a person signs in with a password and a code, and is shown the page asked for', async () => {
  const server = fakeServer();
  server.on(SessionService.method.startSignIn, () => ({ signIn: bytes(32), factors: [Factor.TOTP] }));
  server.on(SessionService.method.finishSignIn, () => ({ session: sessionOf([Role.APPLICANT]) }));
  const { user } = show({ roles: null, path: '/no/such/page', server });
  await user.type(await screen.findByLabelText(/账号/), 'wang');
  await user.type(screen.getByLabelText(/密码/), 'correct horse battery{Enter}');
  await user.type(await screen.findByLabelText(/动态口令/), '123456{Enter}');
  expect(await screen.findByRole('heading', { name: '没有这个页面' })).toBeTruthy();
  expect(server.requests(SessionService.method.startSignIn)[0])
    .toMatchObject({ person: 'people/wang', password: 'correct horse battery' });
  expect(server.requests(SessionService.method.finishSignIn)[0]?.factor?.factor)
    .toEqual({ case: 'totpCode', value: '123456' });
});

test('a refused sign-in says so in the service’s words and begins anew', async () => {
  const server = fakeServer();
  server.on(SessionService.method.startSignIn, () => {
    throw fault(Code.Unauthenticated, 'SIGN_IN_REFUSED', { localized: '登录未通过' });
  });
  const { user } = show({ roles: null, server });
  await user.type(await screen.findByLabelText(/账号/), 'wang');
  await user.type(screen.getByLabelText(/密码/), 'wrong{Enter}');
  expect(await screen.findByText('登录未通过')).toBeTruthy();
});

test('an expired password asks for a new one, twice alike', async () => {
  const server = fakeServer();
  server.on(SessionService.method.startSignIn,
    () => ({ signIn: bytes(32), factors: [Factor.TOTP], passwordExpired: true }));
  server.on(SessionService.method.finishSignIn, () => ({ session: sessionOf([]) }));
  const { user } = show({ roles: null, server });
  await user.type(await screen.findByLabelText(/账号/), 'wang');
  await user.type(screen.getByLabelText(/密码/), 'old{Enter}');
  await user.type(await screen.findByLabelText(/^新密码/), 'another long secret');
  await user.type(screen.getByLabelText(/再次输入新密码/), 'another long');
  const send = screen.getByRole('button', { name: '登录' });
  expect(send).toHaveProperty('disabled', true);
  await user.type(screen.getByLabelText(/再次输入新密码/), ' secret');
  await user.type(screen.getByLabelText(/动态口令/), '123456');
  await user.click(send);
  await waitFor(() => expect(server.requests(SessionService.method.finishSignIn)[0]?.newPassword)
    .toBe('another long secret'));
});

test('a session that ends in the middle of a form takes nothing typed with it', async () => {
  const server = fakeServer();
  let over = true;
  server.on(CatalogService.method.listCategories, () => ({}));
  server.on(CatalogService.method.reportRefresh, () => {
    if (over) throw fault(Code.Unauthenticated, 'SESSION_OVER');
    return {};
  });
  server.on(SessionService.method.startSignIn, () => ({ signIn: bytes(32), factors: [Factor.TOTP] }));
  server.on(SessionService.method.finishSignIn, () => {
    over = false;
    return { session: sessionOf([]) };
  });
  const { user } = show({ server }, <Form />);
  await user.type(await screen.findByLabelText('note'), '写了一半');
  await user.click(screen.getByText('send'));
  const dialog = await screen.findByRole('dialog');
  expect((within(dialog).getByLabelText(/账号/) as HTMLInputElement).value).toBe('wang');
  await user.type(within(dialog).getByLabelText(/密码/), 'secret{Enter}');
  await user.type(await within(dialog).findByLabelText(/动态口令/), '123456{Enter}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect((screen.getByLabelText('note') as HTMLInputElement).value).toBe('写了一半');
  await user.click(screen.getByText('send'));
  await waitFor(() => expect(server.requests(CatalogService.method.reportRefresh)).toHaveLength(2));
});

test('a draft is there after a reload, for its own person only, and gone when signed out', async () => {
  const server = fakeServer().on(CatalogService.method.listCategories, () => ({}));
  const first = show({ server }, <Form />);
  await first.user.type(await screen.findByLabelText('note'), 'kept');
  first.unmount();
  const again = show({ server }, <Form />);
  expect((await screen.findByLabelText('note') as HTMLInputElement).value).toBe('kept');
  again.unmount();
  show({ server, person: 'people/li' }, <Form />);
  expect((await screen.findByLabelText('note') as HTMLInputElement).value).toBe('');
});

test('a write that wants a fresh factor asks for it and then goes through', async () => {
  const server = fakeServer().on(CatalogService.method.listCategories, () => ({}));
  let fresh = false;
  server.on(CatalogService.method.reportRefresh, () => {
    if (!fresh) throw fault(Code.FailedPrecondition, 'FACTOR_STALE');
    return {};
  });
  server.on(SessionService.method.stepUp, () => {
    fresh = true;
    return sessionOf([]);
  });
  const { user } = show({ server }, <Form />);
  await user.click(await screen.findByText('send'));
  await user.type(await screen.findByLabelText(/动态口令/), '654321{Enter}');
  await waitFor(() => expect(server.requests(CatalogService.method.reportRefresh)).toHaveLength(2));
  expect(screen.queryByText('FACTOR_STALE')).toBeNull();
});

test('a one-time code opens an account and shows the secret once', async () => {
  const server = fakeServer();
  server.on(AccountService.method.redeemCode, () => ({ totpSecret: bytes(20) }));
  const { user } = show({ roles: null, path: '/first-start', server });
  await user.type(await screen.findByLabelText(/^账号/), 'sysadmin');
  await user.type(screen.getByLabelText(/一次性开通码/), 'AAAA-BBBB');
  await user.type(screen.getByLabelText(/^密码/), 'a long first secret');
  await user.type(screen.getByLabelText(/再次输入密码/), 'a long first secret');
  await user.click(screen.getByRole('button', { name: '开通' }));
  expect((await screen.findByLabelText('动态口令密钥')).textContent)
    .toBe('A4DQ OBYH A4DQ OBYH A4DQ OBYH A4DQ OBYH');
});
