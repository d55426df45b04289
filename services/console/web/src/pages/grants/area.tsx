// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';

const { listGrants } = GrantService.method;

export const area: Area = {
  id: 'grants',
  section: 'sharing',
  order: 30,
  menu: [{ to: '/grants', label: 'list.title', for: [listGrants] }],
  routes: [
    { path: '/grants', load: () => import('./GrantsPage'), for: [listGrants] },
    { path: '/grants/:id', load: () => import('./GrantPage') },
  ],
};
