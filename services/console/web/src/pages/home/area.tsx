// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'home',
  section: 'desk',
  order: 1,
  menu: [{ to: '/', label: 'title' }],
  routes: [{ path: '/', load: () => import('./HomePage') }],
};
