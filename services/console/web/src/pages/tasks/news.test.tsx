// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { Notification_Kind as Kind } from '@/gen/shareway/catalog/v1/subscription_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { FeedbackService, Inquiry_State } from '@/gen/shareway/sharing/v1/feedback_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { hasText, setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { MOST_FAVOURITES } from './favourites';

const { method } = CatalogService;
beforeEach(() => localStorage.clear());

function news(): FakeServer {
  const at = timestampFromDate(new Date('2026-11-20T01:00:00Z'));
  const all = [
    { name: 'notifications/n2', kind: Kind.GONE, resource: 'resources/2', title: '旧名录', provider: TAX, revision: 4, createTime: at },
    { name: 'notifications/n1', kind: Kind.REVISED, resource: 'resources/1', title: '企业登记', provider: TAX, revision: 3, createTime: at },
    { name: 'notifications/n0', kind: Kind.FIRST_PUBLISHED, resource: 'resources/3', title: '已看过', provider: TAX, revision: 1, createTime: at, readTime: at },
  ];
  const read = new Set(['notifications/n0']);
  return fakeServer()
    .on(method.listNotifications, ({ unreadOnly }) => ({ unread: all.length - read.size,
      notifications: all.filter(({ name }) => !unreadOnly || !read.has(name)) }))
    .on(method.markNotificationsRead, (request) => {
      for (const name of request.all ? all.map((one) => one.name) : request.names) read.add(name);
      return { unread: all.length - read.size };
    })
    .on(method.listSubscriptions, () => ({ subscriptions: [
      { name: 'subscriptions/s1', target: { case: 'resource' as const, value: 'resources/1' }, createTime: at },
      { name: 'subscriptions/s2', target: { case: 'search' as const, value: { query: '企业', shareClasses: [ShareClass.CONDITIONAL], provider: TAX } } }] }))
    .on(method.unsubscribe, () => ({}));
}

test('unread news are shown, and one is marked as read', async () => {
  const { user, server } = show({ path: '/news', server: news() });
  expect((await screen.findByRole('link', { name: '企业登记' })).getAttribute('href')).toBe('/resources/1');
  expect(screen.queryByText('已看过')).toBeNull();
  expect(screen.getByText('已撤销')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '标为已读 企业登记' }));
  await waitFor(() => expect(screen.queryByText('企业登记')).toBeNull());
  expect(server.requests(method.markNotificationsRead)[0]?.names).toEqual(['notifications/n1']);
  expect(screen.getByRole('button', { name: '未读 (1)' })).toBeTruthy();
});

test('news are marked by the keyboard, by choice and all at once', async () => {
  const { user, server, address } = show({ path: '/news', server: news() });
  await screen.findByText('旧名录');
  screen.getAllByRole('row')[1]?.focus();
  await user.keyboard('r');
  await waitFor(() => expect(screen.queryByText('旧名录')).toBeNull());
  await user.click(screen.getByRole('checkbox', { name: '选择 notifications/n1' }));
  await user.click(screen.getByRole('button', { name: '所选 1 条标为已读' }));
  expect(await screen.findByText('没有未读消息。')).toBeTruthy();
  expect(server.requests(method.markNotificationsRead).map(({ names }) => names)).toEqual([['notifications/n2'], ['notifications/n1']]);
  await user.click(screen.getByRole('button', { name: '全部' }));
  expect(address()).toBe('/news?show=all');
  expect(await screen.findByText('已看过')).toBeTruthy();
});

test('all are marked at once', async () => {
  const { user, server } = show({ path: '/news', server: news() });
  await screen.findByText('旧名录');
  await user.click(screen.getByRole('button', { name: '全部标为已读' }));
  expect(await screen.findByText('没有未读消息。')).toBeTruthy();
  expect(server.requests(method.markNotificationsRead)[0]?.all).toBe(true);
});

test('a refusal to mark leaves what was chosen', async () => {
  const server = news().on(method.markNotificationsRead, () => { throw fault(Code.Unavailable, 'AWAY', { localized: '目录服务暂不可用' }); });
  const { user } = show({ path: '/news', server });
  await user.click(await screen.findByRole('checkbox', { name: '选择 notifications/n1' }));
  await user.click(screen.getByRole('button', { name: '所选 1 条标为已读' }));
  expect((await screen.findByRole('alert')).textContent).toContain('目录服务暂不可用');
  expect(screen.getByRole<HTMLInputElement>('checkbox', { name: '选择 notifications/n1' }).checked).toBe(true);
});

test('subscriptions are told in words, lead to what they find, and end', async () => {
  const { user, server } = show({ path: '/subscriptions', server: news() });
  expect((await screen.findByRole('link', { name: '检索： 企业' })).getAttribute('href'))
    .toBe(`/catalogue?q=${encodeURIComponent('企业')}&share_class=CONDITIONAL&provider=${encodeURIComponent(TAX)}`);
  expect(screen.getByText(/有条件共享/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '退订 subscriptions/s2' }));
  await waitFor(() => expect(server.requests(method.unsubscribe)[0]?.name).toBe('subscriptions/s2'));
});

test('a search is followed; a refused one stays typed and says why', async () => {
  let refuse = true;
  const server = news().on(method.subscribe, () => {
    if (refuse) throw fault(Code.ResourceExhausted, 'TOO_MANY', { localized: '订阅已满', fields: [{ field: 'subscription.search.query', rule: 'has 17 words' }] });
    return { name: 'subscriptions/s3' };
  });
  const { user, unmount } = show({ path: '/subscriptions', server });
  await user.type(await screen.findByLabelText(/^检索词/), '名单');
  await user.click(screen.getByRole('button', { name: '订阅' }));
  expect((await screen.findByRole('alert')).textContent).toContain('订阅已满');
  expect(screen.getAllByText('has 17 words').length).toBeGreaterThan(0);
  unmount();
  refuse = false;
  const again = show({ path: '/subscriptions', server });
  expect((await screen.findByLabelText<HTMLInputElement>(/^检索词/)).value).toBe('名单');
  await again.user.click(screen.getByRole('button', { name: '订阅' }));
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>(/^检索词/).value).toBe(''));
  expect(server.requests(method.subscribe).at(-1)?.subscription?.target.value).toMatchObject({ query: '名单' });
});

test('an entry is followed by its name', async () => {
  const server = news().on(method.subscribe, () => ({ name: 'subscriptions/s3' }));
  const { user } = show({ path: '/subscriptions', server });
  await user.selectOptions(await screen.findByLabelText('订阅方式'), '按编号');
  await user.type(screen.getByLabelText(/编号/), 'resources/9');
  await user.click(screen.getByRole('button', { name: '订阅' }));
  await waitFor(() => expect(server.requests(method.subscribe)[0]?.subscription?.target).toMatchObject({ case: 'resource', value: 'resources/9' }));
});

test('a task is kept, found among the favourites of this person alone, and let go', async () => {
  const server = fakeServer()
    .on(RequestService.method.getInbox, () => ({})).on(SupervisionService.method.listClocks, () => ({}))
    .on(FeedbackService.method.listInquiries, ({ state }) => ({ inquiries: state === Inquiry_State.ANSWERED
      ? [{ name: 'inquiries/i1', question: '多久更新', consumer: TAX, availableActions: ['CloseInquiry'] }] : [] }));
  const first = show({ roles: [Role.CLERK], path: '/tasks', server });
  await first.user.click(await screen.findByRole('button', { name: '收藏 多久更新' }));
  expect(screen.getByRole('button', { name: '取消收藏 多久更新' }).getAttribute('aria-pressed')).toBe('true');
  await first.user.click(screen.getAllByRole('link', { name: '收藏' }).at(-1) as HTMLElement);
  expect(await screen.findByText(/只保存在本浏览器中/)).toBeTruthy();
  expect(screen.getByRole('link', { name: '多久更新' }).getAttribute('href')).toBe('/inquiries/i1');
  first.unmount();
  const other = show({ person: 'people/li', path: '/favourites', server });
  expect(await screen.findByText('没有收藏。')).toBeTruthy();
  other.unmount();
  const { user } = show({ path: '/favourites', server });
  await user.click(await screen.findByRole('button', { name: '取消收藏 inquiries/i1' }));
  expect(await screen.findByText('没有收藏。')).toBeTruthy();
});

test('favourites are added by name or address; what is neither is refused', async () => {
  const { user } = show({ path: '/favourites' });
  await user.type(await screen.findByLabelText(/^编号/), 'not a name');
  await user.click(screen.getByRole('button', { name: '添加收藏' }));
  expect(screen.getByText('不是对象的编号')).toBeTruthy();
  await user.clear(screen.getByLabelText(/^编号/));
  await user.type(screen.getByLabelText(/^编号/), 'https://share.example/requests/r7?view=MINE');
  await user.click(screen.getByRole('button', { name: '添加收藏' }));
  expect((await screen.findByRole('link', { name: 'requests/r7' })).getAttribute('href')).toBe('/requests/r7');
  expect(screen.getByLabelText<HTMLInputElement>(/^编号/).value).toBe('');
});

test('favourites that somebody else wrote into the browser are taken as text or not at all', async () => {
  localStorage.setItem('shareway.favourites people/wang', JSON.stringify([
    { name: 'x', title: 'bad', path: 'javascript:alert(1)', at: 1 }, { name: 'y', title: 'far', path: '//evil.example', at: 1 }, 7,
    { name: 'requests/r1', title: 'good', path: '/requests/r1', at: 1 }]));
  show({ path: '/favourites' });
  expect(await screen.findByRole('link', { name: 'good' })).toBeTruthy();
  for (const bad of ['bad', 'far']) expect(screen.queryByText(bad)).toBeNull();
});

test('there is an end to favourites', async () => {
  localStorage.setItem('shareway.favourites people/wang', JSON.stringify(Array.from({ length: MOST_FAVOURITES },
    (_, i) => ({ name: `requests/r${i}`, title: '', path: `/requests/r${i}`, at: i }))));
  const { user } = show({ path: '/favourites' });
  await user.type(await screen.findByLabelText(/^编号/), 'requests/new');
  await user.click(screen.getByRole('button', { name: '添加收藏' }));
  expect(screen.getByText('已达上限，或浏览器不允许保存')).toBeTruthy();
});

test('each change has words in all languages', async () => {
  for (const locale of ['zh-Hans', 'zh-Hant', 'en'] as const) {
    await setLocale(locale);
    for (const key of Object.keys(Kind).filter((one) => Number.isNaN(Number(one)))) expect(hasText('tasks', `change.${key}`), `${locale} ${key}`).toBe(true);
  }
  await setLocale('zh-Hans');
});
