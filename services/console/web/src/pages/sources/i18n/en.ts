// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  and: ', ', all: 'all', none: 'none', yes: 'yes', no: 'no', save: 'Save as CSV', version: 'Version: {{version}}',
  list: { title: 'Authoritative sources' },
  source: {
    id: 'Id', idHint: 'For example legal-person-name', title: 'Title', provider: 'Source agency', resource: 'Entry', resourceHint: 'resources/…, published',
    item: 'Id of the {{w.item}}', document: 'Document of the decision', authority: 'Sharing authority', nth: 'Designation', time: 'Designated', by: 'By',
    before: 'The one before', now: 'The one in force',
  },
  designate: {
    title: 'Designate a source', replace: 'Replace the source',
    effect: 'Signed by the authority in charge of all agencies that collect it; past designations stay readable.', sign: 'Sign and designate',
  },
  collected: { title: 'Items that several collect', who: 'Agencies and entries', source: 'Source', none: 'none yet' },
  negative: {
    title: 'What is not shared', what: 'The export is recorded.', read: 'Make the list', cut: 'The list is not complete and cannot be used.', entry: 'Entry',
    provider: '{{w.provider}}', items: 'Items not shared', whole: 'all of it', reason: 'Reason', basis: 'Basis', article: 'Article',
  },
  categories: {
    title: 'Categories', find: 'Code or name', code: 'Code', label: 'Name', origin: 'Origin', national: 'national guide', own: 'own', give: 'Give out a code',
    given: 'Kept for the agency:',
  },
  schema: { title: 'Extension fields', type: 'Type', limits: 'Values', required: 'Required', for: 'For categories, divisions, profiles' },
  type: {
    TEXT_VALUE: 'text', INTEGER_VALUE: 'integer', DECIMAL_VALUE: 'decimal', DATE_VALUE: 'day', BOOLEAN_VALUE: 'yes or no', ONE_OF: 'one of', SOME_OF: 'some of',
  },
  bundles: {
    title: 'Bundles', origin: 'Origin', division: 'Divisions', taken: 'Taken up to', never: 'never', import: 'Take a bundle', file: 'The bundle’s file',
    entries: 'Entries', made: 'Made', until: 'Kept until', conflicts: '{{count}} conflicts; nothing was taken.', conflictList: 'Conflicts', what: 'What',
    detail: 'Detail', done: 'The bundle was taken whole.', take: 'Take it', takeEffect: 'Whole or not at all; it is checked once more.',
    export: 'Export the own bundle', prefix: 'Divisions that begin with', prefixHint: 'Empty: all', save: 'Export',
  },
  conflict: {
    OLDER: 'older than what was taken', GAP: 'changes are missing', CODE_TAKEN: 'code is taken', CONTENT_DIFFERS: 'same revision, other content',
    WITHDRAWN: 'withdrawn here', DIVISION: 'outside the origin’s divisions', PROVIDER: 'provider is not in the bundle',
    PUBLICATION: 'no valid act of publication', CONTENT_REFUSED: 'content that no entry may have',
  },
};
export default en;
