// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import {
  NotificationService, ReminderKind as Kind, ReminderLanguage as Language, ReminderTiming as Timing,
} from '@/gen/shareway/console/v1/notification_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';

const { method } = NotificationService;
const SETTINGS = {
  person: 'people/wang', mailAddress: 'wang@tax.example', kinds: [Kind.TASKS, Kind.CATALOGUE], timing: Timing.AT_ONCE,
  language: Language.ZH_HANS, etag: 'v7', sendsMail: true, callsWebhooks: true,
};
const HOOK = { name: `${TAX}/webhook`, url: 'https://hooks.tax.example/a', kinds: [Kind.TASKS], setBy: 'people/chen',
  setTime: timestampFromDate(new Date(0)), etag: 'v3' };

function settings(more: object = {}): FakeServer {
  return fakeServer().on(method.getNotificationSettings, () => ({ ...SETTINGS, ...more }));
}
const open = (server: FakeServer, roles: Role[] = [Role.APPLICANT]): ReturnType<typeof show> =>
  show({ roles, path: '/notifications', server });

describe('settings of mail', () => {
  test('are shown as they are, and saved as a whole with their etag', async () => {
    const server = settings().on(method.updateNotificationSettings, () => SETTINGS);
    const { user } = open(server);
    const address = await screen.findByLabelText(/^邮箱地址/);
    expect((address as HTMLInputElement).value).toBe('wang@tax.example');
    expect((screen.getByLabelText('待办与期限') as HTMLInputElement).checked).toBe(true);
    expect((screen.getByLabelText('授权变动与到期') as HTMLInputElement).checked).toBe(false);
    await user.clear(address);
    await user.type(address, ' new@tax.example ');
    await user.click(screen.getByLabelText('授权变动与到期'));
    await user.click(screen.getByLabelText('订阅的目录变动'));
    await user.selectOptions(screen.getByLabelText('通知时间'), 'DAILY');
    await user.selectOptions(screen.getByLabelText('邮件语言'), 'EN');
    await user.click(screen.getByRole('button', { name: '保存' }));
    expect(await screen.findByText('已保存。')).toBeTruthy();
    const asked = server.requests(method.updateNotificationSettings)[0];
    expect(asked?.etag).toBe('v7');
    expect(asked?.settings?.mailAddress).toBe('new@tax.example');
    expect(asked?.settings?.kinds).toEqual([Kind.TASKS, Kind.GRANTS]);
    expect([asked?.settings?.timing, asked?.settings?.language]).toEqual([Timing.DAILY, Language.EN]);
  });

  test('keep what was typed over a refusal, and say which field is wrong', async () => {
    const server = settings().on(method.updateNotificationSettings, () => {
      throw fault(Code.InvalidArgument, 'FIELD_INVALID', { fields: [{ field: 'settings.mail_address', rule: 'has no @' }] });
    });
    const { user } = open(server);
    const address = await screen.findByLabelText(/^邮箱地址/);
    await user.clear(address);
    await user.type(address, 'wang');
    // The browser would stop an address without an @ before it is sent.
    (address as HTMLInputElement).form?.setAttribute('novalidate', '');
    await user.click(screen.getByRole('button', { name: '保存' }));
    expect((await screen.findAllByText('has no @')).length).toBeGreaterThan(0);
    expect((screen.getByLabelText(/^邮箱地址/) as HTMLInputElement).value).toBe('wang');
  });

  test('of somebody who changed them elsewhere are read again', async () => {
    let etag = 'v7';
    const server = fakeServer().on(method.getNotificationSettings, () => ({ ...SETTINGS, etag }))
      .on(method.updateNotificationSettings, (request) => {
        if (request.etag === etag) return SETTINGS;
        throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
      });
    const { user } = open(server);
    await screen.findByLabelText(/^邮箱地址/);
    etag = 'v8';
    await user.click(screen.getByRole('button', { name: '保存' }));
    await user.click(await screen.findByRole('button', { name: '读取新内容' }));
    await waitFor(() => expect(server.requests(method.getNotificationSettings).length).toBeGreaterThan(1));
    await user.click(screen.getByRole('button', { name: '保存' }));
    expect(await screen.findByText('已保存。')).toBeTruthy();
  });

  test('wait for the code that was mailed, which is kept nowhere', async () => {
    let pending = 'new@tax.example';
    const server = fakeServer()
      .on(method.getNotificationSettings, () => ({ ...SETTINGS, pendingMailAddress: pending }))
      .on(method.confirmMailAddress, (request) => {
        if (request.code !== 'AAAA-BBBB') throw fault(Code.PermissionDenied, 'CODE_INVALID');
        pending = '';
        return { ...SETTINGS, mailAddress: 'new@tax.example' };
      });
    const { user } = open(server);
    const code = await screen.findByLabelText(/^验证码/);
    expect(screen.getByText(/new@tax\.example，24 小时/)).toBeTruthy();
    await user.type(code, 'CCCC');
    await user.click(screen.getByRole('button', { name: '确认地址' }));
    expect((await screen.findAllByText('CODE_INVALID')).length).toBeGreaterThan(0);
    await user.clear(code);
    await user.type(code, 'AAAA-BBBB');
    expect(JSON.stringify({ ...sessionStorage })).not.toContain('AAAA');
    await user.click(screen.getByRole('button', { name: '确认地址' }));
    await waitFor(() => expect(screen.queryByLabelText(/^验证码/)).toBeNull());
  });

  test('tell how mail fares, in words and figures', async () => {
    open(settings({ delivery: { failedTime: timestampFromDate(new Date(0)), failure: 'REFUSED_550', failures: 2, givenUp: 1, waiting: 3 } }));
    expect(await screen.findByText('上次发送失败：REFUSED_550')).toBeTruthy();
    expect(screen.getByText('已放弃')).toBeTruthy();
  });

  test('say so where no mail is sent', async () => {
    open(settings({ sendsMail: false, mailAddress: '' }));
    expect(await screen.findByText(/未配置邮件发送/)).toBeTruthy();
    expect((screen.getByLabelText(/^邮箱地址/) as HTMLInputElement).disabled).toBe(true);
  });

  test('speak English, too', async () => {
    await setLocale('en');
    open(settings());
    expect(await screen.findByLabelText(/^Mail address/)).toBeTruthy();
    await setLocale('zh-Hans');
  });
});

describe('the webhook', () => {
  test('is for account administrators alone', async () => {
    open(settings());
    await screen.findByLabelText(/^邮箱地址/);
    expect(screen.queryByRole('heading', { name: '部门回调' })).toBeNull();
  });

  test('is set up with a secret that is shown once and kept nowhere', async () => {
    let hook: typeof HOOK | undefined;
    const server = fakeServer()
      .on(method.getNotificationSettings, () => ({ ...SETTINGS, ...(hook === undefined ? {} : { webhook: hook }) }))
      .on(method.putAgencyWebhook, () => {
        hook = HOOK;
        return { ...HOOK, secret: 'whsec_AAAA' };
      });
    const { user } = open(server, [Role.ACCOUNT_ADMINISTRATOR]);
    await user.type(await screen.findByLabelText(/^回调地址/), 'https://hooks.tax.example/a');
    await user.click(screen.getByRole('button', { name: '设置回调' }));
    expect(await screen.findByText('whsec_AAAA')).toBeTruthy();
    expect(JSON.stringify({ ...sessionStorage })).not.toContain('whsec');
    const asked = server.requests(method.putAgencyWebhook)[0];
    expect([asked?.webhook?.url, asked?.etag, asked?.newSecret]).toEqual(['https://hooks.tax.example/a', '', false]);
    expect(asked?.webhook?.kinds).toEqual([Kind.TASKS, Kind.DECISIONS, Kind.GRANTS]);
    expect(await screen.findByRole('button', { name: '更换密钥' })).toBeTruthy();
  });

  test('is changed without a new secret, or with one', async () => {
    const server = settings({ webhook: { ...HOOK, oldSecretEndTime: timestampFromDate(new Date(0)) } })
      .on(method.putAgencyWebhook, (request) => ({ ...HOOK, secret: request.newSecret ? 'whsec_BBBB' : '' }));
    const { user } = open(server, [Role.ACCOUNT_ADMINISTRATOR]);
    await screen.findByRole('heading', { name: '部门回调' });
    expect(screen.getByText('原密钥有效至')).toBeTruthy();
    await user.click(screen.getAllByRole('button', { name: '保存' })[1] as HTMLElement);
    await waitFor(() => expect(server.requests(method.putAgencyWebhook).length).toBe(1));
    expect(server.requests(method.putAgencyWebhook)[0]?.newSecret).toBe(false);
    expect(server.requests(method.putAgencyWebhook)[0]?.etag).toBe('v3');
    expect(screen.queryByText(/签名密钥/)).toBeNull();
    await user.click(await screen.findByRole('button', { name: '更换密钥' }));
    expect(await screen.findByText('whsec_BBBB')).toBeTruthy();
  });

  test('is tested, and the answer told', async () => {
    const server = settings({ webhook: HOOK })
      .on(method.testWebhook, () => ({ taken: false, failure: 'ADDRESS_FORBIDDEN', id: 'x' }));
    const { user } = open(server, [Role.ACCOUNT_ADMINISTRATOR]);
    await user.click(await screen.findByRole('button', { name: '测试' }));
    expect(await screen.findByText('未被接收：ADDRESS_FORBIDDEN')).toBeTruthy();
  });

  test('is ended after a second look', async () => {
    let gone = false;
    const server = fakeServer().on(method.getNotificationSettings, () => ({ ...SETTINGS, ...(gone ? {} : { webhook: HOOK }) }))
      .on(method.deleteAgencyWebhook, () => {
        gone = true;
        return {};
      });
    const { user } = open(server, [Role.ACCOUNT_ADMINISTRATOR]);
    await user.click(await screen.findByRole('button', { name: '停用回调' }));
    expect(server.requests(method.deleteAgencyWebhook)).toEqual([]);
    await user.click(screen.getByRole('button', { name: '确认停用' }));
    expect(await screen.findByRole('button', { name: '设置回调' })).toBeTruthy();
    expect(server.requests(method.deleteAgencyWebhook)[0]?.etag).toBe('v3');
  });
});
