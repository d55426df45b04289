// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { AuditService } from '@/gen/shareway/audit/v1/audit_service_pb';

const { searchEntries, exportEvidence, getControls } = AuditService.method;

export const area: Area = {
  id: 'audit',
  section: 'oversight',
  order: 90,
  menu: [
    { to: '/evidence', label: 'search.title', for: [searchEntries] },
    { to: '/evidence/export', label: 'pack.title', for: [exportEvidence] },
    { to: '/checkpoint', label: 'checkpoint.title', for: [searchEntries, getControls] },
    { to: '/controls', label: 'control.title', for: [getControls] },
  ],
  routes: [
    { path: '/evidence', load: () => import('./SearchPage'), for: [searchEntries] },
    { path: '/evidence/export', load: () => import('./ExportPage'), for: [exportEvidence] },
    // An entry's name is its index; the page to print is /print/evidence/{index}.
    { path: '/evidence/:index', load: () => import('./EntryPage'), for: [searchEntries] },
    { path: '/controls', load: () => import('./ControlsPage'), for: [getControls] },
    { path: '/checkpoint', load: () => import('./CheckpointPage') },
  ],
};
