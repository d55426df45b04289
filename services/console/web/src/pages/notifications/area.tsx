// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'notifications',
  section: 'desk',
  order: 96,
  menu: [{ to: '/notifications', label: 'title' }],
  routes: [{ path: '/notifications', load: () => import('./NotificationsPage') }],
};
