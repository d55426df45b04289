// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  all: 'all', never: 'never',
  list: { title: 'Accounts', find: 'Find a person or agency', state: 'State', person: 'Person', agency: 'Agency', lastSignIn: 'Last sign-in' },
  state: { INVITED: 'invited', ACTIVE: 'active', SUSPENDED: 'suspended', CANCELLED: 'cancelled' },
  why: { STALE: 'not used for long', CONTRACT_OVER: 'the contract is over' },
  code: {
    told: 'The one-time code of {{person}}, shown this once:', repeated: 'This was done before; the code is not shown again. Reset if need be.',
    how: 'Give it to the person yourself, or by another way you trust. It is good for 72 hours.',
  },
  create: { title: 'Make an account', person: 'Person', personHint: 'As the directory has it, for example people/wang', sign: 'Sign and make it' },
  contractor: {
    title: 'Contractor', employer: 'Company', contract: 'Contract', endDate: 'Last day of the contract',
    hint: 'All empty: no contractor. The account ends with the contract',
  },
  account: { createdBy: 'Made by', created: 'Made', password: 'Password set', noPassword: 'not set' },
  act: {
    suspend: 'Suspend', suspendEffect: 'All sessions end at once; nobody signs in until it is resumed.', resume: 'Resume',
    resumeEffect: 'The person may sign in again.', reset: 'Reset',
    resetEffect: 'Password, code generator and sessions end at once, and there is a new one-time code.', adjust: 'Adjust the contract',
    cancel: 'Cancel', cancelEffect: 'It is closed for good. A person has one account, ever.',
  },
  propose: {
    title: 'Propose roles', what: 'The security administrator confirms; nobody confirms what he proposed.', grant: 'Grant',
    withdraw: 'Withdraw', reason: 'Reason', send: 'Propose', done: 'Proposed. It waits for the security administrator.',
  },
  proposals: {
    title: 'Role proposals', waiting: 'Only those that wait', by: 'Proposed by', decide: 'Decision', own: 'somebody else confirms',
    assign: 'Confirm', decline: 'Decline', assignEffect: 'You sign the person’s record; the proposal and the directory get the same act.',
    displayName: 'The person’s name in the directory', displayNameHint: 'It must be the same, or it is refused', sign: 'Go and sign',
  },
  proposal: { PROPOSED: 'waits', ASSIGNED: 'confirmed', DECLINED: 'declined', notInEffect: 'confirmed, not in the directory yet' },
  sessions: {
    title: 'Sessions', none: 'There is no session.', begin: 'Signed in', seen: 'Last used', latest: 'Ends at the latest',
    factor: 'Second factor', network: 'Network', act: 'Action', this: 'this session', end: 'End',
  },
  factor: { TOTP: 'code', WEBAUTHN: 'authenticator', CERTIFICATE: 'certificate' },
  file: { title: 'Permission file', now: 'Roles held now', byRule: 'by rule', grant: 'Granted:', withdraw: 'Withdrawn:', more: 'More' },
  kind: {
    ACCOUNT_CREATED: 'account made', ACCOUNT_ADJUSTED: 'contract adjusted', ACCOUNT_SUSPENDED: 'account suspended',
    ACCOUNT_RESUMED: 'account resumed', ACCOUNT_CANCELLED: 'account cancelled', PASSWORD_RESET: 'reset', PASSWORD_SET: 'password set',
    ROLE_PROPOSED: 'roles proposed', ROLE_ASSIGNED: 'roles confirmed', ROLE_DECLINED: 'roles declined', ROLES_CHANGED: 'roles changed in the directory',
  },
  settings: {
    title: 'My settings', factorUntil: 'Second factor good until',
    password: 'The password is changed at signing in, after 90 days. Who lost password or second factor asks the account administrator for a reset.',
  },
  key: {
    makeText: 'Make a key with your authenticator; once it is registered it is your second factor and signs.', make: 'Make a key with the authenticator',
    declined: 'None was made: it was declined, or this browser cannot.', digest: 'SHA-256 digest',
    made: 'Bring this key and its digest to the security administrator, who registers it as your WEBAUTHN key; it counts from then on.',
    title: 'Key for signing', label: 'Public key of the authenticator',
    hint: 'Registered in the directory by the security administrator; public, kept in this browser only', bad: 'This is no P-256 key.',
    keep: 'Keep', kept: 'Kept in this browser.',
  },
  subscriptions: { title: 'Subscriptions', none: 'There is no subscription.', what: 'What', search: 'search:', since: 'Since', end: 'Unsubscribe' },
};
export default en;
