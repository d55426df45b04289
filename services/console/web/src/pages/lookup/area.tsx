// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { ExchangeService } from '@/gen/shareway/exchange/v1/exchange_service_pb';

const { query } = ExchangeService.method;

export const area: Area = {
  id: 'lookup',
  section: 'catalogue',
  order: 15,
  atNode: true,
  menu: [{ to: '/lookup', label: 'title', for: [query] }],
  routes: [{ path: '/lookup', load: () => import('./LookupPage'), for: [query] }],
};
