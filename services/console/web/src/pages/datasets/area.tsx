// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { DatasetService } from '@/gen/shareway/exchange/v1/exchange_service_pb';

const { listVersions } = DatasetService.method;

export const area: Area = {
  id: 'datasets',
  section: 'catalogue',
  order: 71,
  atNode: true,
  menu: [{ to: '/datasets', label: 'title', for: [listVersions] }],
  routes: [{ path: '/datasets', load: () => import('./DatasetsPage'), for: [listVersions] }],
};
