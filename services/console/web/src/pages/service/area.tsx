// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';

const { listOfflineDeliveries, listServiceChanges, listUses, proposeServiceChange, recordOfflineDelivery, reportUse } = GrantService.method;

export const area: Area = {
  id: 'service',
  section: 'sharing',
  order: 35,
  menu: [
    { to: '/uses', label: 'uses.title', for: [listUses] },
    { to: '/service-changes', label: 'changes.title', for: [listServiceChanges] },
    { to: '/offline-deliveries', label: 'deliveries.title', for: [listOfflineDeliveries] },
  ],
  routes: [
    { path: '/uses', load: () => import('./UsesPage'), for: [listUses] },
    { path: '/uses/new', load: () => import('./NewUsePage'), for: [reportUse] },
    { path: '/service-changes', load: () => import('./ChangesPage'), for: [listServiceChanges] },
    { path: '/service-changes/new', load: () => import('./NewChangePage'), for: [proposeServiceChange] },
    { path: '/service-changes/:id', load: () => import('./ChangePage') },
    { path: '/offline-deliveries', load: () => import('./DeliveriesPage'), for: [listOfflineDeliveries] },
    { path: '/offline-deliveries/new', load: () => import('./NewDeliveryPage'), for: [recordOfflineDelivery] },
  ],
};
