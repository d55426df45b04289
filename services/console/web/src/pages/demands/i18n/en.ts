// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: {
    title: 'Demands for data', what: 'For data that the catalogue does not have: the authority passes a demand on to the agency that should catalogue them.',
    none: 'There are no demands that you may see.', state: 'State', all: 'All', publish: 'Publish a demand', name: 'Data', time: 'Published',
  },
  field: {
    title: 'Data', consumer: 'Who asks', provider: 'Routed to', presumed: 'Presumed source', state: 'State', items: 'Items wanted', itemId: 'Id',
    itemTitle: 'Title', basis: 'Legal basis', scenario: 'Scenario of use', answer: 'Answer', citation: 'Legal bar', resource: 'Entry that answers it',
    applicant: 'Applicant', created: 'Published', ended: 'Ended', profile: 'Profile', notTheirs: 'Said that they are not the source',
  },
  state: { OPEN: 'to be routed', ROUTED: 'with the presumed source', ACCEPTED: 'being catalogued', LINKED: 'answered by an entry',
    DECLINED: 'barred by law', WITHDRAWN: 'withdrawn' },
  publish: {
    title: 'Publish a demand', titleHint: 'What the data would be called; you are told if the catalogue has it', itemsHint: 'At least one; ids, where known, are compared with the catalogue',
    item: 'Title of item {{number}}', itemId: 'Id of item {{number}}', add: 'Add an item', remove: 'Remove item {{number}}', basisHint: 'The duty that needs the data',
    presumedHint: 'Empty if not known', check: 'Check', checked: 'Nothing is wrong with it; it was not sent.', send: 'Publish',
    noSecret: 'No state or work secrets.', known: 'The catalogue has these data: ', ask: 'Ask for sharing', changed: 'Changed since it was checked.',
  },
  acts: 'What you can do',
  route: {
    title: 'Route', text: 'Passes it on to the presumed source, which says whether the data are its own. A signed act.', provider: 'Source',
    hint: 'Neither who asks nor who said that it is not the source', sign: 'Sign and route',
  },
  accept: { title: 'Accept', text: 'Your agency will catalogue the data, and links the entry once it is published.', answer: 'Answer: what is done when', send: 'Accept' },
  decline: {
    title: 'Decline', ground: 'Ground', NOT_THE_SOURCE: 'we are not the source', LEGAL_BAR: 'the law bars it', choose: 'Choose', reason: 'Reason', citation: 'Legal bar',
    textOther: 'The demand goes back to the authority, which can pass it on to another agency.', textBar: 'The demand ends.', sign: 'Sign and answer',
  },
  link: { title: 'Link an entry', text: 'Names the published entry that has the data, and ends the demand.', resource: 'Published entry', hint: 'resources/…', send: 'Link and end' },
  withdraw: { title: 'Withdraw', text: 'The demand ends, for good.' },
  request: 'Ask for these data', items: '{{count}} items',
};
export default en;
