// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';

const { listRequests } = RequestService.method;

export const area: Area = {
  id: 'inbox',
  section: 'sharing',
  order: 21,
  menu: [{ to: '/inbox', label: 'list.title', for: [listRequests] }],
  routes: [
    { path: '/inbox', load: () => import('./InboxPage'), for: [listRequests] },
    { path: '/inbox/:id', load: () => import('./DecisionPage') },
  ],
};
