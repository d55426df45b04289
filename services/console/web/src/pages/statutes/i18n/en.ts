// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  and: ', ',
  profiles: {
    title: 'Statute profiles', text: 'Title', document: 'Document', from: 'In force from', version: 'Version', extends: 'Overrides in part',
    source: 'Published at', levels: 'Levels of norms that may bar sharing',
  },
  terms: {
    title: 'Terms', clock: 'What is counted', days: 'Working days', extension: 'Extension', noExtension: 'none', article: 'Article',
    noArticle: 'not in the text',
  },
  gradings: 'Sub-levels of the gradings', assumptions: 'Values that are ours and not the law’s',
  clock: {
    CATALOGUE_UPDATE: 'update of the catalogue', CATALOGUE_PUBLISH: 'publication', AUTHORITY_CHECK: 'check by the authority',
    REPLY_UNCONDITIONAL: 'reply, unconditional sharing', REPLY_CONDITIONAL: 'reply, conditional sharing',
    REPLY_UNPUBLISHED: 'reply where it is published first', SUPPLEMENT_ASK: 'asking for supplements', SUPPLEMENT: 'supplement', SUPPLY: 'supply',
    CORRECTION: 'answer to a correction', NEGOTIATION: 'negotiation', COORDINATION: 'coordination', CONSULTATION: 'consultation',
    DISPOSAL: 'disposal', RECTIFICATION: 'rectification', INQUIRY: 'answer to an inquiry', INQUIRY_EXTENDED: 'the same, with the head’s consent',
  },
  calendars: { title: 'Calendars', year: 'Area and year', days: 'Working days', loaded: 'Loaded', shipped: 'came with the installation' },
  due: {
    title: 'Compute a due day', from: 'Received on', fromHint: 'This day is not counted', days: 'Working days', daysBad: 'A whole number, 1 to 250',
    is: 'Due {{day}}', provisional: '(rests on a calendar that is not published yet)',
  },
  calendar: {
    title: 'Working days of {{year}}, {{area}}', notice: 'Notice', loader: 'Loaded by', holidays: 'Days off and days worked in exchange, as in the notice',
    holiday: 'Holiday', from: 'First day off', to: 'Last day off', makeUp: 'Worked in exchange', month: 'Month', days: 'Day by day',
    legend: 'Empty: working day; ●: worked in exchange; –: weekend; ○: day off.',
    differs: 'Day by day there are {{shown}} working days; the service says {{told}}.',
  },
  day: { working: 'working day', makeUp: 'worked in exchange', weekend: 'weekend', holiday: 'day off' },
  load: {
    title: 'Load a calendar', check: 'Check', sign: 'Load', checkEffect: 'Checks only and keeps nothing; that is signed, too.',
    effect: 'It takes effect at once; due days that rested on the unpublished year are computed again, the old ones are kept.',
    good: '{{name}} can be loaded: {{days}} working days. {{count}} due days would be computed again.',
    done: '{{name}} is loaded: {{days}} working days. {{count}} due days were computed again.', yaml: 'Calendar (YAML)',
    yamlHint: 'With area, year, version, notice, working_days (control total) and holidays', large: 'Over 32 KiB.',
  },
  compare: {
    title: 'Change of text', choose: 'choose', from: 'So far', to: 'To come', none: 'There is nothing to be done.', kind: 'Matter', subject: 'Object',
    provider: '{{w.provider}}', present: 'Now', wanted: 'Asked for', save: 'Save as CSV', TERM_CHANGED: 'another term',
    BASIS_INSUFFICIENT: 'basis of too low a level', FIELD_MISSING: 'entry lacks fields', GRANT_WITHOUT_RECORD: 'grant lacks records',
    REQUEST_RUNNING: 'request under way',
  },
};
export default en;
