// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';

export const area: Area = {
  id: 'tasks',
  section: 'desk',
  order: 5,
  menu: [
    { to: '/tasks', label: 'list.title' },
    { to: '/news', label: 'news.title' },
    { to: '/subscriptions', label: 'subscriptions.title' },
    { to: '/favourites', label: 'favourites.title' },
  ],
  routes: [
    { path: '/tasks', load: () => import('./TasksPage') },
    { path: '/news', load: () => import('./NotificationsPage') },
    { path: '/subscriptions', load: () => import('./SubscriptionsPage') },
    { path: '/favourites', load: () => import('./FavouritesPage') },
  ],
};
