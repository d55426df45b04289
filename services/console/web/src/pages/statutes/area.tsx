// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';

const { listProfiles, listCalendars, loadCalendar, compareProfiles } = StatuteService.method;

export const area: Area = {
  id: 'statutes',
  section: 'administration',
  order: 96,
  menu: [
    { to: '/profiles', label: 'profiles.title', for: [listProfiles] },
    { to: '/calendars', label: 'calendars.title', for: [listCalendars] },
    { to: '/statutes/compare', label: 'compare.title', for: [compareProfiles] },
  ],
  routes: [
    { path: '/profiles', load: () => import('./ProfilesPage') },
    { path: '/profiles/:id', load: () => import('./ProfilePage') },
    { path: '/profiles/:id/:part', load: () => import('./ProfilePage') },
    { path: '/calendars', load: () => import('./CalendarsPage') },
    { path: '/calendars/load', load: () => import('./LoadCalendarPage'), for: [loadCalendar] },
    { path: '/calendars/:area/:year', load: () => import('./CalendarPage') },
    { path: '/statutes/compare', load: () => import('./ComparePage'), for: [compareProfiles] },
  ],
};
