// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';

const { designateSource, exportNegativeList, takeBundle } = CatalogService.method;

export const area: Area = {
  id: 'sources',
  section: 'catalogue',
  order: 71,
  menu: [
    { to: '/sources', label: 'list.title' },
    { to: '/collected-items', label: 'collected.title' },
    { to: '/negative-list', label: 'negative.title', for: [exportNegativeList] },
    { to: '/categories', label: 'categories.title' },
    { to: '/extension-schema', label: 'schema.title' },
    { to: '/origins', label: 'bundles.title', for: [takeBundle] },
  ],
  routes: [
    { path: '/sources', load: () => import('./SourcesPage') },
    { path: '/sources/new', load: () => import('./DesignatePage'), for: [designateSource] },
    { path: '/sources/:id', load: () => import('./SourcePage') },
    { path: '/collected-items', load: () => import('./CollectedPage') },
    { path: '/negative-list', load: () => import('./NegativePage'), for: [exportNegativeList] },
    { path: '/categories', load: () => import('./CategoriesPage') },
    { path: '/extension-schema', load: () => import('./SchemaPage') },
    { path: '/origins', load: () => import('./BundlesPage'), for: [takeBundle] },
  ],
};
