// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { NoticeService } from '@/gen/shareway/sharing/v1/notice_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';

const {
  generateReport, getScorecard, listAnnualReports, listCirculars, listClocks, listDetectors, listEvaluations,
  listFindings, listNotices, openFinding, publishCircular,
} = SupervisionService.method;

export const area: Area = {
  id: 'supervision',
  section: 'oversight',
  order: 50,
  menu: [
    { to: '/supervision', label: 'plots.title', for: [getScorecard] },
    { to: '/clocks', label: 'clocks.title', for: [listClocks] },
    { to: '/findings', label: 'findings.title', for: [listFindings] },
    { to: '/notices', label: 'notices.title', for: [listNotices] },
    { to: '/circulars', label: 'circulars.title', for: [listCirculars] },
    { to: '/scorecards', label: 'score.title', for: [getScorecard] },
    { to: '/reports', label: 'reports.title', for: [generateReport] },
    { to: '/annual-reports', label: 'annual.title', for: [listAnnualReports] },
    { to: '/evaluations', label: 'evaluations.title', for: [listEvaluations] },
  ],
  routes: [
    { path: '/supervision', load: () => import('./PlotsPage'), for: [getScorecard] },
    { path: '/clocks', load: () => import('./ClocksPage'), for: [listClocks] },
    { path: '/findings', load: () => import('./FindingsPage'), for: [listFindings] },
    { path: '/findings/new', load: () => import('./NewFindingPage'), for: [openFinding] },
    { path: '/findings/:id', load: () => import('./FindingPage') },
    { path: '/detectors', load: () => import('./DetectorsPage'), for: [listDetectors] },
    { path: '/notices', load: () => import('./NoticesPage'), for: [listNotices] },
    { path: '/notices/:id', load: () => import('./NoticePage'), for: [NoticeService.method.getNotice] },
    { path: '/circulars', load: () => import('./CircularsPage'), for: [listCirculars] },
    { path: '/circulars/new', load: () => import('./NewCircularPage'), for: [publishCircular] },
    { path: '/circulars/:id', load: () => import('./CircularsPage'), for: [listCirculars] },
    { path: '/scorecards', load: () => import('./ScorecardPage'), for: [getScorecard] },
    { path: '/reports', load: () => import('./ReportsPage'), for: [generateReport] },
    { path: '/annual-reports', load: () => import('./AnnualPage'), for: [listAnnualReports] },
    { path: '/annual-reports/:id', load: () => import('./AnnualPage'), for: [listAnnualReports] },
    { path: '/evaluations', load: () => import('./EvaluationsPage'), for: [listEvaluations] },
    { path: '/evaluations/:id', load: () => import('./EvaluationsPage'), for: [listEvaluations] },
  ],
};
