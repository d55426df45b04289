// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { fakeServer } from '@/api/fake';
import { Role } from '@/gen/shareway/policy_pb';
import { show } from '@/test/render';

afterEach(() => localStorage.clear());

const section = (name: string): HTMLDetailsElement => {
  const summary = within(screen.getByRole('navigation', { name: '菜单' })).getByText(name);
  return summary.closest('details') as HTMLDetailsElement;
};

test('who has many entries sees the desk and the section of the page; what is opened stays open', async () => {
  const roles = [Role.SYSTEM_ADMINISTRATOR, Role.SHARING_AUTHORITY, Role.AUDIT_ADMINISTRATOR];
  const { unmount } = show({ roles, server: fakeServer(), path: '/catalogue' });
  await screen.findByRole('navigation', { name: '菜单' });
  expect([section('工作台').open, section('目录与数据').open, section('系统管理').open]).toEqual([true, true, false]);
  await userEvent.click(within(section('系统管理')).getByText('系统管理'));
  expect(section('系统管理').open).toBe(true);
  unmount();
  show({ roles, server: fakeServer(), path: '/catalogue' });
  await screen.findByRole('navigation', { name: '菜单' });
  expect(section('系统管理').open).toBe(true);
});

test('beside a node, where few entries are, all sections are open, and the empty ones not there', async () => {
  show({ roles: [Role.CLERK, Role.DATA_STEWARD], server: fakeServer(), path: '/', settings: { atNode: true } });
  const menu = await screen.findByRole('navigation', { name: '菜单' });
  expect([...menu.querySelectorAll('details')].every(({ open }) => open)).toBe(true);
  expect(within(menu).queryByText('监督与审计')).toBeNull();
});
