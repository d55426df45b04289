// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { CorrectionService } from '@/gen/shareway/sharing/v1/correction_pb';

const { listCorrections, openCorrection } = CorrectionService.method;

export const area: Area = {
  id: 'corrections',
  section: 'sharing',
  order: 40,
  menu: [{ to: '/corrections', label: 'list.title', for: [listCorrections] }],
  routes: [
    { path: '/corrections', load: () => import('./CorrectionsPage'), for: [listCorrections] },
    { path: '/corrections/new', load: () => import('./NewPage'), for: [openCorrection] },
    { path: '/corrections/:id', load: () => import('./CorrectionPage') },
  ],
};
