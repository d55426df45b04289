// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';

const { listDisputes, openDispute } = DisputeService.method;

export const area: Area = {
  id: 'disputes',
  section: 'sharing',
  order: 45,
  menu: [{ to: '/disputes', label: 'list.title', for: [listDisputes] }],
  routes: [
    { path: '/disputes', load: () => import('./DisputesPage'), for: [listDisputes] },
    { path: '/disputes/new', load: () => import('./NewDisputePage'), for: [openDispute] },
    { path: '/disputes/:id', load: () => import('./DisputePage') },
  ],
};
