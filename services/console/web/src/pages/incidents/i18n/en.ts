// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Incidents', new: 'Report an incident', all: 'All', none: 'There are no incidents.' },
  field: {
    title: 'Title', agency: 'Agency', severity: 'Severity', state: 'State', happened: 'Happened', reported: 'Reported', closed: 'Closed', text: 'What happened',
    grants: 'Grants to be suspended', conclusion: 'Cause, and what is done better', profile: 'Legal text',
  },
  state: { REPORTED: 'Reported', HANDLING: 'Handled', CLOSED: 'Closed' },
  severity: { GENERAL: 'General', LARGER: 'Larger', SERIOUS: 'Serious', PARTICULARLY_SERIOUS: 'Particularly serious' },
  choose: 'Choose',
  report: { text: 'Incidents are reported to the authority in time.', grantsHint: 'One a line, such as grants/g1; suspended on the page of each.', send: 'Report' },
  page: { grants: 'Whoever may suspends them on the page of each.', done: 'Measures and notices', told: 'Told' },
  act: {
    title: 'Act', measure: 'Measure taken', addMeasure: 'Record the measure', notify: 'Record the notice', notifyText: 'Network, public security, personal information and so on.',
    body: 'Body that was told', document: 'Document number', close: 'Close', closeText: 'From then on the evidence of its grants is kept no longer than that of others.',
  },
  drills: { title: 'Drills', new: 'Record a drill', none: 'There are no drills.', date: 'Held on', scenario: 'What was played through', result: 'What it showed', send: 'Record' },
};
export default en;
