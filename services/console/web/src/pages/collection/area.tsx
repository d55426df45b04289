// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'collection',
  section: 'catalogue',
  order: 72,
  menu: [{ to: '/collection', label: 'title' }],
  routes: [{ path: '/collection', load: () => import('./CollectionPage') }],
};
