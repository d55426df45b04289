// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Open an account',
  what: 'Sets your first password by a one-time code. At the first start of an installation the system, security and audit administrator have one code each, in the file that was written then.',
  person: 'Account',
  code: 'One-time code',
  codeHint: 'Seven groups of four characters; good for 72 hours, and once. Case and hyphens do not matter.',
  password: 'Password',
  passwordRule: '12 to 128 characters, without your id or name, not a common one.',
  again: 'Password once more',
  different: 'The two differ.',
  open: 'Open it',
  back: 'Back to signing in',
  opened: 'The account is open',
  once: 'The secret below is shown this once.',
  scan: 'Scan it with your authenticator application:',
  byHand: 'If you cannot scan, type it:',
  secret: 'Secret of the one-time codes',
  then: 'Then sign in.',
  signIn: 'Sign in',
};
export default en;
