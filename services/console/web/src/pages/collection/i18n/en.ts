// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Check before a form collects',
  what: 'What can be had by sharing is not collected again. See first which {{w.item}}s the catalogue has.',
  items: 'Items of the form', itemsHint: 'One a line, 40 at most; paste them from a sheet, with the definition after a tab',
  tooMany: 'There are {{count}} items; a check takes {{most}}.', keep: 'Keep the answer, so that a complaint about duplicate collection can cite it',
  check: 'Check', findings: 'What was found', checked: 'Checked at {{time}}; {{count}} items are in the catalogue.', kept: 'Kept as',
  free: 'not in the catalogue; it may be collected', item: 'Form’s item', found: 'Catalogue’s {{w.item}}', likeness: 'Likeness',
  resource: 'Entry', provider: '{{w.provider}}', shareClass: '{{w.shareClass}}', how: 'How to get it', article: 'Article',
  source: 'authoritative source', more: 'There are more.', save: 'Save as CSV',
  like: { EXACT: 'same name', SYNONYM: 'synonym', SIMILAR: 'similar' },
  way: {
    DIRECT_GRANT: 'direct', SHARING_REQUEST: 'by a sharing request',
    NOT_OBTAINABLE: 'not obtainable: the provider can verify, or the form may collect it',
  },
  class: { UNCONDITIONAL: 'unconditional', CONDITIONAL: 'conditional', NOT_SHARED: 'not shared' },
};
export default en;
