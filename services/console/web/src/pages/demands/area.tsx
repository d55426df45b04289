// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { DemandService } from '@/gen/shareway/sharing/v1/demand_pb';

const { createDemand, listDemands } = DemandService.method;

export const area: Area = {
  id: 'demands',
  section: 'needs',
  order: 60,
  menu: [{ to: '/demands', label: 'list.title', for: [listDemands] }],
  routes: [
    { path: '/demands', load: () => import('./DemandsPage'), for: [listDemands] },
    { path: '/demands/new', load: () => import('./NewDemandPage'), for: [createDemand] },
    { path: '/demands/:id', load: () => import('./DemandPage') },
  ],
};
