// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'first-start',
  section: 'administration',
  order: 0,
  menu: [],
  routes: [{ path: '/first-start', load: () => import('./FirstStartPage'), open: true }],
};
