// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State } from '@/gen/shareway/catalog/v1/resource_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { setLocale } from '@/i18n';
import { show } from '@/test/render';

function desk(): FakeServer {
  return fakeServer()
    .on(RequestService.method.getInbox, () => ({
      mine: { requests: 3 }, due: { requests: 1 }, overdue: { requests: 1000, more: true },
      waiting: { requests: 0 },
      warnings: [{ subject: 'requests/r1', clock: 'REPLY_CONDITIONAL', dueDate: '2026-11-27', mark: 'HEAD' }],
    }))
    .on(CatalogService.method.listNotifications, () => ({ notifications: [] }))
    .on(CatalogService.method.listResources, () => ({
      resources: [{ name: 'resources/306001-000001', code: '306001/000001', title: '企业登记信息' }],
    }));
}

test('the desk shows counts, running times and the entries that wait for the roles held', async () => {
  const { server } = show({ roles: [Role.DEPARTMENT_HEAD], server: desk() });
  expect(await screen.findByText('1,000+')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'requests/r1' }).getAttribute('href')).toBe('/requests/r1');
  expect(screen.getByText('有条件共享答复')).toBeTruthy();
  expect(screen.getByText(/截止 2026年11月27日周五/)).toBeTruthy();
  expect((await screen.findByRole('link', { name: '企业登记信息' })).getAttribute('href'))
    .toBe('/resources/306001-000001');
  expect(server.requests(CatalogService.method.listResources).map(({ state }) => state))
    .toEqual([Resource_State.SUBMITTED]);
});

test('an applicant is asked nothing of the catalogue’s desk', async () => {
  const { server } = show({ roles: [Role.APPLICANT], server: desk() });
  await screen.findByText('1,000+');
  expect(server.requests(CatalogService.method.listResources)).toHaveLength(0);
});

test('the page says when it was read, and is there in all three languages', async () => {
  show({ roles: [], server: desk() });
  await screen.findByText('1,000+');
  expect(screen.getByText(/^更新于 /)).toBeTruthy();
  await setLocale('zh-Hant');
  expect(await screen.findByRole('heading', { level: 1, name: '待我辦理' })).toBeTruthy();
  await setLocale('en');
  const menu = await screen.findByRole('navigation', { name: 'Menu' });
  expect(within(menu).getByText('What waits for me')).toBeTruthy();
});
