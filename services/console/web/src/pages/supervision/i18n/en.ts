// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  all: 'All', choose: 'Choose', acts: 'What can be done', sign: 'Sign and file', csv: 'Export CSV', looking: 'Looking…', notFound: 'There is none, or it is not yours to see.',
  field: {
    subject: 'Object', due: 'Due', article: 'Article', state: 'State', about: 'About', finding: 'Finding', opened: 'Opened', summary: 'What was seen',
    grant: 'Grant', consumer: 'Consumer', provider: 'Provider', authority: 'Sharing authority', published: 'Published', agency: 'Agency',
    profile: 'Statute profile',
  },
  clocks: {
    title: 'Legal times', what: 'Days and due days are counted by the service, by its calendar of working days.', view: 'Which', kind: 'What is owed', debtor: 'By whom', promised: 'Promised', since: 'Since',
    before: 'before {{time}}', none: 'There is no such time', late: 'Done late', was: '(due {{day}})',
    in: { RUNNING: 'Running', DUE: 'Due within two working days', OVERDUE: 'Overdue', STOPPED: 'Done', ALL: 'All' },
  },
  findings: {
    title: 'Findings', what: 'A prewarning: a time is nearly used up, nothing is late yet. A suspected issue waits for the authority to confirm it; nothing is judged before.', report: 'Report a finding', none: 'There is no finding that you may see',
    reportWhat: 'Say what you saw, and name the objects that show it; whether it is a breach is for the authority to confirm.', articleHint: 'The article that it may be about', subjectHint: 'For example requests/r7, grants/g1, disputes/d1; or nothing',
    summaryHint: 'No words of judgement before it is confirmed', send: 'Send',
  },
  finding: {
    PREWARNING: 'Prewarning', SUSPECTED: 'Suspected issue', JUSTIFIED: 'Reason given', CONFIRMED: 'Confirmed', DISMISSED: 'Dismissed',
    page: 'Finding {{name}}', since: 'In this state since', agency: 'Agency of those who answer', origin: 'Found', REPORTED: 'Reported by a person', AUTOMATIC: 'By a detector', reporter: 'Reported by',
    competent: 'Competent body', noCompetent: 'There is none above', justification: 'Reason given', ruling: 'Ruling', reasons: 'Reasons',
    justify: 'Give a reason', justifyEffect: 'Signed by the head. A reason given during a prewarning leaves its time running.',
    confirm: 'Confirm', confirmEffect: 'Once confirmed it counts in the scores and can stand in a circular. Signed by an officer of the authority.', dismiss: 'Dismiss', dismissEffect: 'Once dismissed it counts no more.',
    needsProof: 'Nothing is confirmed without evidence.',
  },
  proof: {
    title: 'Evidence', object: 'Object', objectHint: 'A line has an object by its name (for example requests/r7), a day, a note', day: 'Day', note: 'Note', add: 'Add a line', remove: 'Remove', removeAt: 'Remove line {{number}}',
    none: 'There is no evidence', noObject: 'Note',
  },
  detectors: {
    title: 'Detectors', text: 'By', R25: 'The 2025 regulation (R25)', M16: 'The 2016 measure (M16)', about: 'About', liable: 'Liable', watches: 'Looks at',
  },
  liable: { PROVIDER: 'Provider', CONSUMER: 'Consumer', AUTHORITY: 'Authority' },
  watch: {
    REPORTED: 'what people report', REFUSAL_WITHOUT_GROUND: 'refusals without a ground', USE_UNREPORTED: 'use that is not reported', RULE_HOLD: 'holds by aggregation rules',
    ENDED_UNFILED: 'ends that are not filed', EXTENSION_UNANSWERED: 'extensions that nobody answered', STALE_DATA: 'stale data', PASSED_ON: 'data passed on without consent',
  },
  notice: {
    OPEN: 'Open', NOTICE_CLOSED: 'Closed', ANSWERED: 'Answered', RECTIFIED: 'Rectified', RECTIFICATION_REJECTED: 'Rectification rejected', NOTICE_FAILED: 'Not rectified in time',
    NOTICE_REPORTED: 'Reported upward',
  },
  notices: {
    title: 'Rectification notices', one: 'Notice', page: 'Notice {{name}}', side: 'Which', own: 'To the own agency', others: 'To others', none: 'There is no notice',
    found: 'What was found', measures: 'What was put right', rejection: 'Why it was rejected', report: 'What was reported', reportedTo: 'Reported to', other: 'Somebody else',
    answer: 'Answer', measuresHint: 'Say what was done; signed by the head', accept: 'Accept', acceptEffect: 'The time stops, and the grant can be resumed.',
    reject: 'Reject', stillWrong: 'What is still wrong', rejectEffect: 'The time runs on; after its last day the notice has failed.', reportUp: 'Report upward', reportEffect: 'It is reported to the authority above.',
  },
  circulars: {
    title: 'Circulars', name: 'Title', number: 'Document number', text: 'Text', agencies: 'Agencies', findings: 'Findings that it rests on', publish: 'Publish a circular', none: 'There is no circular',
    choose: 'Confirmed findings ({{count}} chosen)', noFindings: 'There is no confirmed finding', effect: 'A circular cannot be changed. It is signed, and asks for the second factor again.',
  },
  score: {
    title: 'Scorecards', what: 'Scores are this system’s, counted from records and told with their counts and formulas; they are not the law’s.', from: 'First day', to: 'Last day', order: 'The last day is before the first',
    period: 'Period', total: 'Total', kept: 'Promises kept', broken: 'Promises broken', plot: 'Scores', kind: 'Score', points: 'Points', count: 'Count', many: 'How many',
    nothing: 'nothing to judge by', TIMELINESS: 'Timeliness', QUALITY: 'Quality', USE: 'Use', SAFETY: 'Safety',
  },
  reports: {
    title: 'Reports', what: 'Reports are made of the records, once their period is over.', kind: 'Report', MONTHLY_RANKING: 'Monthly ranking', QUARTERLY_BULLETIN: 'Quarterly bulletin', ANNUAL_REPORT: 'Annual report',
    year: 'Year', yearBad: '2000 to 2999', month: 'Month', quarter: 'Quarter', format: 'Format', HTML: 'Page (HTML)', XLSX: 'Workbook (Excel)',
    period: 'From {{from}} to {{to}}', make: 'Make and save', saved: '{{name}} saved ({{size}})',
  },
  annual: {
    title: 'Annual reports', yearHint: 'Nothing: all', none: 'There is no annual report', submitted: 'Submitted', late: 'Late', inTime: 'In time', submit: 'Submit the annual report',
    effect: 'Signed by the department’s head; it cannot be changed.', ofYear: 'Year', text: 'Text',
  },
  evaluations: {
    title: 'Evaluations', none: 'There is no evaluation', count: 'Agencies', scores: 'The scores as they were', publish: 'Publish an evaluation', text: 'Text',
    effect: 'It cannot be changed; the scores are taken as they are when it is published. It is signed, and asks for the second factor again.',
  },
  plots: {
    title: 'Overview', what: 'The plots are counted from requests, grants and entries that you may see. Days are days of the calendar.', from: 'Submitted from', to: 'Submitted to',
    overdue: 'Overdue', all: '{{count}} in all ({{read}} read, which is everything)', some: '{{count}} (of the newest {{read}}; there are older ones)', older: 'Count older ones',
    funnel: 'How far requests come', stage: 'Stage', count: 'How many', submitted: 'submitted', answered: 'answered', approved: 'approved', supplied: 'supply confirmed',
    answers: 'Answers and the last day of the law', distance: 'Day of the answer', limit: 'last day', early15: '15 days early or more', early8: '8–14 days early', early4: '4–7 days early',
    early1: '1–3 days early', last: 'on the last day', late1: '1–3 days late', late4: '4–7 days late', late8: '8 days late or more',
    median: '{{count}} answered; the median from submission to answer is {{days}} days of the calendar.', noAnswers: 'Nothing was answered in this period.',
    heatOf: 'Who shares with whom, by', REQUESTS: 'requests', GRANTS: 'grants', heat: 'Providers and consumers', noPairs: 'There is nothing to count.',
    freshness: 'Freshness', stale: 'Stale entries by provider', fresh: 'No entry is stale.', staleCount: 'Entries', longest: 'Longest (working days)', reminders: 'Reminders',
  },
};
export default en;
