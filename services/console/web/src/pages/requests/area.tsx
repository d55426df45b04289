// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';

const { createRequest, listRequests, updateRequest } = RequestService.method;

export const area: Area = {
  id: 'requests',
  section: 'sharing',
  order: 20,
  menu: [{ to: '/requests', label: 'list.title', for: [listRequests] }],
  routes: [
    { path: '/requests', load: () => import('./RequestsPage'), for: [listRequests] },
    { path: '/requests/new', load: () => import('./NewRequestPage'), for: [createRequest] },
    { path: '/requests/:id', load: () => import('./RequestPage') },
    { path: '/requests/:id/edit', load: () => import('./EditRequestPage'), for: [updateRequest] },
  ],
};
