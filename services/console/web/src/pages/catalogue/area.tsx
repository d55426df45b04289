// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';

const { approveResource, createResource, listImports, publishResource } = CatalogService.method;

export const area: Area = {
  id: 'catalogue',
  section: 'catalogue',
  order: 10,
  menu: [
    { to: '/catalogue', label: 'search.title' },
    { to: '/catalogue/approvals', label: 'approvals.title', for: [approveResource, publishResource] },
    { to: '/catalogue/new', label: 'editor.newTitle', for: [createResource] },
    { to: '/imports', label: 'imports.title', for: [listImports] },
  ],
  routes: [
    { path: '/catalogue', load: () => import('./SearchPage') },
    { path: '/catalogue/approvals', load: () => import('./ApprovalsPage'), for: [approveResource, publishResource] },
    { path: '/catalogue/new', load: () => import('./EditorPage'), for: [createResource] },
    { path: '/resources/:id', load: () => import('./ResourcePage') },
    { path: '/resources/:id/edit', load: () => import('./EditorPage'), for: [createResource] },
    { path: '/imports', load: () => import('./ImportsPage'), for: [listImports] },
    { path: '/imports/:id', load: () => import('./ImportPage'), for: [listImports] },
  ],
};
