// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Notifications',
  mail: {
    title: 'By mail', off: 'This installation sends no mail; what waits for you is in the console.', address: 'Mail address',
    hint: 'A new address gets a code first; empty: no mail. Mails say what, number, title, last day and a link; they hold no data and no person.',
    confirmed: 'confirmed', none: 'not set', waits: 'A code was sent to {{address}}. It is good for 24 hours.',
    code: 'Code', codeHint: 'As it stands in the mail', confirm: 'Confirm the address', done: 'The address is confirmed.',
    kinds: 'What', timing: 'When', language: 'Language of mails', save: 'Save', saved: 'Saved.',
  },
  kind: { TASKS: 'what waits for you, and last days', DECISIONS: 'answers to requests of your agency', GRANTS: 'grants that change or end', CATALOGUE: 'what you subscribed to in the catalogue' },
  timing: { AT_ONCE: 'at once', DAILY: 'together, at 9 each working day' },
  delivery: {
    title: 'How it fares', sent: 'Last delivered', failed: 'Last failure', failures: 'Failures in a row', givenUp: 'Given up', waiting: 'Waiting', never: 'never',
    good: 'all is well', bad: 'the last try failed: {{failure}}',
  },
  webhook: {
    title: 'Webhook of the agency', what: 'Tells a system of your agency of its tasks, answers and grants, signed as Standard Webhooks says.',
    off: 'This installation calls no webhooks.', url: 'URL', urlHint: 'https only; nowhere inside the network, unless the operator lists the host.', kinds: 'What',
    make: 'Set up', change: 'Save', rotate: 'New secret', test: 'Test', end: 'End it', endSure: 'Yes, end it', keep: 'Keep it',
    secret: 'The secret, shown this once:', secretHow: 'Put it into the receiving system now. After a change the one before stays valid for 24 hours.',
    repeated: 'This was done before; the secret is not shown again. Make a new one if need be.', oldUntil: 'Old secret valid until', setBy: 'Set by', taken: 'The receiver took it.', refused: 'Not taken: {{failure}}', ended: 'It is ended.',
  },
};
export default en;
