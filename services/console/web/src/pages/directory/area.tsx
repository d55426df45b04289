// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';

const { listAgencies, listNodeApplications, applyNode, listMandates, putMandate, putAgency } =
  DirectoryService.method;

export const area: Area = {
  id: 'directory',
  section: 'administration',
  order: 80,
  menu: [
    { to: '/agencies', label: 'agencies.title', for: [listAgencies] },
    { to: '/nodes', label: 'nodes.title', for: [listNodeApplications] },
    { to: '/mandates', label: 'mandates.title', for: [listMandates] },
    { to: '/directory/register', label: 'register.title', for: [putAgency] },
  ],
  routes: [
    { path: '/agencies', load: () => import('./AgenciesPage'), for: [listAgencies] },
    { path: '/agencies/:id', load: () => import('./AgencyPage') },
    { path: '/agencies/:id/nodes/:node', load: () => import('./NodePage'), for: [listNodeApplications] },
    { path: '/nodes', load: () => import('./NodesPage'), for: [listNodeApplications] },
    { path: '/nodes/new', load: () => import('./NewNodePage'), for: [applyNode] },
    { path: '/mandates', load: () => import('./MandatesPage'), for: [listMandates] },
    { path: '/mandates/new', load: () => import('./NewMandatePage'), for: [putMandate] },
    { path: '/mandates/:id', load: () => import('./MandatePage') },
    { path: '/directory/register', load: () => import('./RegisterPage'), for: [putAgency] },
  ],
};
