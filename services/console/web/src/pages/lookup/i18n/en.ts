// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Look up and verify',
  away: {
    text: 'Results are shown by the gateway beside your agency\'s node and never pass this console. You leave the console and go on there.',
    go: 'Go to the gateway of your agency',
    none: 'Your agency has no gateway for people. Ask its data steward.',
  },
  grants: { none: 'Your agency has no grant for looking up or verifying now.', more: 'Show more grants' },
  form: {
    grant: 'Grant', choose: 'Choose', from: '{{resource}}, from {{provider}}',
    what: 'Way', query: 'Look up', verify: 'Verify', purpose: 'Purpose', case: 'Case number',
    caseHint: 'Of the case on your desk; it enters the evidence.',
    where: 'Conditions', whereHint: 'Whole values. One record is shown.',
    key: 'Key of the record', keyHint: 'All key items, which tell one record from all others.',
    claims: 'What to verify', claimsHint: 'You are told whether it matches, and no data.',
    item: '{{w.item}}', value: 'Value', nth: 'Row {{n}}', add: 'Add a row', remove: 'Remove row {{n}}',
    doQuery: 'Look up', doVerify: 'Verify',
  },
  purpose: {
    ADMINISTRATIVE_BASIS: 'Basis of an administrative act', WORK_REFERENCE: 'Reference for work', DATA_VERIFICATION: 'Checking data',
    BUSINESS_COLLABORATION: 'Collaboration', OTHER: 'Other',
  },
  state: {
    unusable: 'This grant cannot be used now: {{reason}}', days: 'Days left', calls: 'Calls left today',
    rows: 'Rows left today', bytes: 'Data left today',
  },
  result: {
    title: 'Result', none: 'No record meets the conditions.', null: '(none)', yes: 'Yes', no: 'No',
    exchange: 'Exchange', time: 'Time', clears: 'The result is cleared at {{time}}. It is neither kept nor exported.',
    clear: 'Clear it now', cleared: 'The result was cleared.', binary: 'binary data, {{size}}',
    MATCH: 'Matches', MISMATCH: 'Does not match', NO_RECORD: 'No such record',
  },
  corrections: {
    title: 'Under correction', whole: 'The whole record', proceed: 'Business may proceed on the proof that the person submits.',
    wait: 'Do not base a decision on it meanwhile.',
  },
  advice: {
    MISMATCHES_EXHAUSTED: 'Too many mismatches on this record today. Check the person\'s papers; try again tomorrow, or ask for a correction.',
    QUOTA_EXHAUSTED: 'The grant\'s quota of today is used up. It begins anew at midnight in Beijing.',
    LEASE_STALE: 'This node is cut off, and cannot tell whether the grant is still in force. Try again once it is connected.',
    PEER_UNREACHABLE: 'The provider\'s node cannot be reached. Try again later.',
    HELD: 'The provider has stopped this at its own node. Ask the provider.',
    EVIDENCE_UNAVAILABLE: 'Evidence cannot be kept now, so nothing was given. Try again later.',
    CASE_REQUIRED: 'This grant asks for a case number.',
    GRANT_REVOKED: 'The grant is revoked. Dispose of the data that you got.',
    ROW_NOT_GRANTED: 'The conditions go beyond the grant. Check what you chose.',
    ITEM_NOT_GRANTED: 'What you chose is not granted.',
    NOT_READY: 'The gateway or the node is not ready. Try again later.',
  },
};
export default en;
