// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService, PutPersonRequestSchema } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Account_State, PermissionEntry_Kind, RoleProposal_State } from '@/gen/shareway/console/v1/account_pb';
import { AccountService, CreateAccountRequestSchema, ResetPasswordRequestSchema } from '@/gen/shareway/console/v1/account_service_pb';
import { Factor } from '@/gen/shareway/console/v1/session_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { rolesAfter } from './assign';

const { method } = AccountService;
const requestOf = (act: SignedAct | undefined): Uint8Array =>
  fromBinary(ActSchema, act?.act ?? new Uint8Array()).request;
const LI = { name: 'accounts/li', person: 'people/li', agency: TAX, state: Account_State.ACTIVE, etag: 'e1' };
const PROPOSAL = { name: 'roleProposals/r1', person: 'people/li', agency: TAX, grant: [Role.CLERK], withdraw: [Role.AUDITOR],
  reason: '调岗', state: RoleProposal_State.PROPOSED, proposedBy: 'people/chen', etag: 'e7' };

function accounts(actions: string[] = []): FakeServer {
  return fakeServer()
    .on(method.listAccounts, () => ({ accounts: [LI, { ...LI, name: 'accounts/sun', person: 'people/sun',
      state: Account_State.SUSPENDED, stateReason: 'STALE' }] }))
    .on(method.getAccount, () => ({ ...LI, availableActions: actions }))
    .on(method.listRoleProposals, () => ({ proposals: [PROPOSAL] }))
    .on(method.getPermissionFile, () => ({ person: 'people/li', roles: [Role.APPLICANT, Role.AUDITOR], entries: [
      { kind: PermissionEntry_Kind.ROLE_ASSIGNED, grant: [Role.APPLICANT], by: 'people/zhou', note: '窗口' }] }))
    .on(CatalogService.method.listSubscriptions, () => ({ subscriptions: [
      { name: 'subscriptions/s1', target: { case: 'resource' as const, value: 'resources/306001-000001' } }] }))
    .on(SessionService.method.listSessions, () => ({ sessions: [
      { name: 'sessions/s1', factor: Factor.TOTP, network: '10.0.0.0/24' },
      { name: 'sessions/s2', factor: Factor.WEBAUTHN, network: '10.0.1.0/24', createTime: timestampFromDate(new Date(0)) }] }));
}

describe('accounts', () => {
  test('are listed with where they stand and why', async () => {
    const { user, address } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts', server: accounts() });
    expect((await screen.findByRole('link', { name: 'li' })).getAttribute('href')).toBe('/accounts/li');
    expect(screen.getByText(/长期未登录/)).toBeTruthy();
    await user.selectOptions(screen.getByLabelText('状态'), 'SUSPENDED');
    await waitFor(() => expect(screen.queryByRole('link', { name: 'li' })).toBeNull());
    expect(address()).toBe('/accounts?state=SUSPENDED');
  });

  test('are made with a code that is told once', async () => {
    const server = accounts().on(method.createAccount, () => ({ account: LI, code: 'AAAA-BBBB' }));
    const { user } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts/new', server });
    await user.type(await screen.findByLabelText(/^人员标识/), 'li');
    await user.click(screen.getByRole('button', { name: '签名并开设' }));
    expect(await screen.findByText('AAAA-BBBB')).toBeTruthy();
    const asked = fromBinary(CreateAccountRequestSchema, requestOf(server.requests(method.createAccount)[0]?.signedAct));
    expect([asked.account?.person, asked.account?.contractor]).toEqual(['people/li', undefined]);
    expect(JSON.stringify({ ...sessionStorage })).not.toContain('AAAA-BBBB');
  });

  test('name the faults of a contract, and keep what was typed', async () => {
    const server = accounts().on(method.createAccount, () => {
      throw fault(Code.InvalidArgument, 'FIELDS', { fields: [{ field: 'contractor.end_date', rule: 'is over three years ahead' }] });
    });
    const { user } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts/new', server });
    await user.type(await screen.findByLabelText(/^人员标识/), 'people/li');
    await user.type(screen.getByLabelText(/^单位/), '某公司');
    await user.click(screen.getByRole('button', { name: '签名并开设' }));
    expect((await screen.findAllByText('is over three years ahead')).length).toBe(2);
    expect(screen.getByLabelText<HTMLInputElement>(/^单位/).value).toBe('某公司');
  });

  test('offer what the service says may be done, and reset by a signed act', async () => {
    const server = accounts(['SuspendAccount', 'ResetPassword'])
      .on(method.resetPassword, () => ({ account: LI, code: 'CCCC-DDDD' }));
    const { user } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts/li', server });
    expect(await screen.findByRole('button', { name: '暂停账号' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: '注销账号' })).toBeNull();
    await user.click(screen.getByRole('button', { name: '重置' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '遗失手机');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    expect(await screen.findByText('CCCC-DDDD')).toBeTruthy();
    const asked = fromBinary(ResetPasswordRequestSchema, requestOf(server.requests(method.resetPassword)[0]?.signedAct));
    expect([asked.name, asked.etag, asked.reason]).toEqual(['accounts/li', 'e1', '遗失手机']);
  });

  test('show the person’s sessions and end another than this one', async () => {
    const server = accounts().on(SessionService.method.endSession, () => ({}));
    const { user } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts/li', server });
    expect(await screen.findByText('当前会话')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /^结束 / }));
    await waitFor(() => expect(server.requests(SessionService.method.endSession)[0])
      .toMatchObject({ name: 'sessions/s2', person: 'people/li' }));
    expect(server.requests(SessionService.method.listSessions)[0]?.person).toBe('people/li');
  });

  test('show no sessions to those who may not end them', async () => {
    const server = accounts();
    show({ roles: [Role.AUDIT_ADMINISTRATOR], path: '/accounts/li', server });
    expect(await screen.findByText('窗口')).toBeTruthy();
    expect(server.requests(SessionService.method.listSessions)).toEqual([]);
  });

  test('are no matter of applicants', async () => {
    show({ roles: [Role.APPLICANT], path: '/settings', server: accounts() });
    const menu = await screen.findByRole('navigation', { name: '菜单' });
    expect(within(menu).getByText('我的设置')).toBeTruthy();
    for (const label of ['账号', '角色提议']) expect(within(menu).queryByText(label)).toBeNull();
  });
});

describe('roles', () => {
  test('are proposed with a reason, and nobody for himself', async () => {
    const server = accounts().on(method.proposeRole, () => PROPOSAL);
    const { user, unmount } = show({ roles: [Role.ACCOUNT_ADMINISTRATOR], path: '/accounts/li', server });
    const grant = within(await screen.findByRole('group', { name: '授予' }));
    await user.click(grant.getByRole('checkbox', { name: '经办人' }));
    const withdraw = within(screen.getByRole('group', { name: '收回' }));
    await user.click(withdraw.getByRole('checkbox', { name: '共享审计员' }));
    await user.type(screen.getByLabelText(/^理由/), '调岗');
    await user.click(screen.getByRole('button', { name: '提议' }));
    expect(await screen.findByText(/^已提议/)).toBeTruthy();
    expect(server.requests(method.proposeRole)[0]?.proposal)
      .toMatchObject({ person: 'people/li', grant: [Role.CLERK], withdraw: [Role.AUDITOR], reason: '调岗' });
    unmount();
    show({ roles: [Role.ACCOUNT_ADMINISTRATOR], person: 'people/li', path: '/accounts/li', server: accounts() });
    await screen.findByText(/窗口/);
    expect(screen.queryByRole('button', { name: '提议' })).toBeNull();
  });

  test('are confirmed by one act that proposal and directory both get', async () => {
    const server = accounts().on(method.assignRole, () => PROPOSAL)
      .on(DirectoryService.method.putPerson, () => ({ name: 'people/li' }));
    const { user } = show({ roles: [Role.SECURITY_ADMINISTRATOR], path: '/roleProposals', server });
    await user.click(await screen.findByRole('button', { name: '确认' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '李四');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    await waitFor(() => expect(server.requests(DirectoryService.method.putPerson)).toHaveLength(1));
    const filed = server.requests(method.assignRole)[0];
    expect([filed?.name, filed?.etag]).toEqual(['roleProposals/r1', 'e7']);
    expect(filed?.putPerson?.act).toEqual(server.requests(DirectoryService.method.putPerson)[0]?.signedAct?.act);
    const asked = fromBinary(PutPersonRequestSchema, requestOf(filed?.putPerson)).person;
    expect([asked?.name, asked?.displayName, asked?.agency, asked?.roles])
      .toEqual(['people/li', '李四', TAX, [Role.APPLICANT, Role.CLERK]]);
  });

  test('refused by the console are not sent to the directory', async () => {
    const server = accounts().on(method.assignRole, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); });
    const { user } = show({ roles: [Role.SECURITY_ADMINISTRATOR], path: '/roleProposals', server });
    await user.click(await screen.findByRole('button', { name: '确认' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '李四');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    expect(await within(dialog).findByRole('alert')).toBeTruthy();
    expect(server.requests(DirectoryService.method.putPerson)).toHaveLength(0);
    expect(within(dialog).getByRole<HTMLInputElement>('textbox').value).toBe('李四');
  });

  test('are not confirmed by who proposed them', async () => {
    show({ roles: [Role.SECURITY_ADMINISTRATOR], person: 'people/chen', path: '/roleProposals', server: accounts() });
    expect(await screen.findByText('须由另一人确认')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '确认' })).toBeNull();
  });

  test('after a proposal are those held and granted without those withdrawn', () => {
    expect(rolesAfter([Role.AUDITOR, Role.APPLICANT], { grant: [Role.CLERK, Role.APPLICANT], withdraw: [Role.AUDITOR] }))
      .toEqual([Role.APPLICANT, Role.CLERK]);
  });
});

describe('settings', () => {
  test('have an authenticator make a key, which is shown to be registered', async () => {
    const spki = new Uint8Array([0x30, ...new Uint8Array(90).fill(7)]);
    class Credential { response = { getPublicKey: () => spki.buffer, getPublicKeyAlgorithm: () => -7 }; }
    const asked: PublicKeyCredentialCreationOptions[] = [];
    vi.stubGlobal('PublicKeyCredential', Credential);
    vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as Navigator, { credentials: {
      create: ({ publicKey }: { publicKey: PublicKeyCredentialCreationOptions }) => {
        asked.push(publicKey);
        return asked.length === 1 ? Promise.reject(new DOMException('no', 'NotAllowedError')) : Promise.resolve(new Credential());
      } } }));
    try {
      const { user } = show({ path: '/settings', server: fakeServer() });
      await user.click(await screen.findByRole('button', { name: '用认证器生成密钥' }));
      expect(await screen.findByText(/没有生成/)).toBeTruthy();
      await user.click(screen.getByRole('button', { name: /用认证器生成密钥$/ }));
      const text = btoa(String.fromCharCode(...spki));
      expect(await screen.findByText(text, { selector: 'code' })).toBeTruthy();
      expect(screen.getByLabelText<HTMLTextAreaElement>(/^认证器的公钥/).value).toBe(text);
      expect(asked[1]?.authenticatorSelection?.userVerification).toBe('required');
      expect(asked[1]?.pubKeyCredParams).toEqual([{ type: 'public-key', alg: -7 }]);
    } finally {
      vi.unstubAllGlobals();
      localStorage.clear();
    }
  });

  test('end a subscription, and refuse a key that is none', async () => {
    const server = accounts().on(CatalogService.method.unsubscribe, () => ({}));
    const { user } = show({ path: '/settings', server });
    await user.click(await screen.findByRole('button', { name: '退订 subscriptions/s1' }));
    await waitFor(() => expect(server.requests(CatalogService.method.unsubscribe)[0]?.name).toBe('subscriptions/s1'));
    await user.type(screen.getByLabelText(/^认证器的公钥/), 'x');
    await user.click(screen.getByRole('button', { name: '保存' }));
    expect(await screen.findByText(/^这不是 P-256 公钥/)).toBeTruthy();
    expect(server.requests(SessionService.method.listSessions)[0]?.person).toBe('');
    await setLocale('en');
    expect(await screen.findByRole('heading', { level: 1, name: 'My settings' })).toBeTruthy();
  });
});
