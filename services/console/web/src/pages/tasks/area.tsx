// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'tasks',
  order: 5,
  menu: [{ to: '/tasks', label: 'list.title' }],
  routes: [{ path: '/tasks', load: () => import('./TasksPage') }],
};
