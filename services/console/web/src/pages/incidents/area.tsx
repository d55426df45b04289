// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { IncidentService } from '@/gen/shareway/sharing/v1/incident_pb';

const { listDrills, listIncidents, recordDrill, reportIncident } = IncidentService.method;

export const area: Area = {
  id: 'incidents',
  section: 'needs',
  order: 65,
  menu: [
    { to: '/incidents', label: 'list.title', for: [listIncidents] },
    { to: '/drills', label: 'drills.title', for: [listDrills] },
  ],
  routes: [
    { path: '/incidents', load: () => import('./IncidentsPage'), for: [listIncidents] },
    { path: '/incidents/new', load: () => import('./NewIncidentPage'), for: [reportIncident] },
    { path: '/incidents/:id', load: () => import('./IncidentPage') },
    { path: '/drills', load: () => import('./DrillsPage'), for: [listDrills] },
    { path: '/drills/new', load: () => import('./NewDrillPage'), for: [recordDrill] },
  ],
};
