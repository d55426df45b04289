// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'What waits for me',
  requests: {
    title: 'Sharing requests',
    mine: 'Waiting for me',
    due: 'Due within two working days',
    overdue: 'Overdue',
    waiting: 'Waiting for others',
  },
  warnings: { title: 'Times that run out', subject: 'Subject', clock: 'Time', due: 'Due' },
  clock: {
    REPLY_CONDITIONAL: 'reply, conditional sharing',
    REPLY_UNCONDITIONAL: 'reply, unconditional sharing',
    SUPPLEMENT: 'supplement',
    CORRECTION: 'answer to a correction',
    NEGOTIATION: 'negotiation',
  },
  delegated: 'Delegations by which you act for others today: {{count}}.',
  entries: {
    editor: 'Catalogue entries returned to me',
    head: 'Catalogue entries for me to approve',
    authority: 'Catalogue entries for me to publish',
    none: 'Nothing waits.',
    entry: 'Title',
    code: 'Code',
    provider: 'Provider',
  },
  news: {
    title: 'News of what I follow',
    kind: 'What',
    time: 'When',
    published: 'first published',
    revised: 'revised',
    closed: 'closed for now',
    reopened: 'open again',
    gone: 'withdrawn',
  },
};
export default en;
