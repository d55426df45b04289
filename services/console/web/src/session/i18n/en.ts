// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Sign in',
  asking: 'Asking for your session…',
  person: 'Account',
  personHint: 'Your id in the directory, for example wang.',
  password: 'Password',
  next: 'Next',
  signIn: 'Sign in',
  cancel: 'Cancel',
  goOn: 'Go on signing in',
  byProvider: 'Sign in with the identity provider',
  haveCode: 'First sign-in: I have a one-time code',
  api: 'Description of the interface',
  passwordOver: 'Your password is older than 90 days: set a new one.',
  newPassword: 'New password',
  newPasswordAgain: 'New password once more',
  passwordRule: '12 to 128 characters, without your id or name, not a common one, none of the last five.',
  different: 'The two differ.',
  factor: {
    which: 'Second factor',
    totp: 'One-time code',
    webauthn: 'Authenticator',
    certificate: 'Client certificate',
    code: 'One-time code',
    codeHint: 'The six digits that your authenticator application shows.',
    sixDigits: 'Enter six digits.',
    webauthnHint: 'Use your authenticator as the browser says.',
    certificateHint: 'The certificate that your browser shows on this connection.',
    notShown: 'The authenticator gave nothing. Try again.',
  },
  atNode: {
    title: 'The gateway of your agency',
    text: 'Nobody signs in here. Sign in at the console, and come here by its menu.',
  },
  over: {
    title: 'Your session is over',
    text: 'Sign in again. What you typed on the page is still there.',
    leave: 'Leave it and sign out',
  },
  stepUp: {
    title: 'Show your second factor again',
    text: 'This takes a second factor that was shown within the last five minutes.',
    show: 'Confirm',
  },
};
export default en;
