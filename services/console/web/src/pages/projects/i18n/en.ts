// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  list: { title: 'Information system projects', new: 'Register a project', all: 'All', none: 'There are no projects.', without: 'Without a catalogue only' },
  field: {
    title: 'Title', agency: 'Agency', state: 'State', year: 'Year of the plan', approval: 'Number of approval or plan', budget: 'Source of money', duties: 'Duties that it serves',
    systems: 'Systems that it builds', compilers: 'Compiled by', accepted: 'Accepted', acceptedBy: 'Accepted by', withdrawn: 'Why it was withdrawn', profile: 'Legal text',
  },
  state: {
    DRAFT: 'Draft', PRECOMPILED: 'Waits for the opinion', AGREED: 'Agreed', AGREED_WITH_CHANGES: 'Agreed with changes', DISAGREED: 'Disagreed', HANDED_IN: 'Catalogue handed in',
    ACCEPTED: 'Accepted', WITHDRAWN: 'Withdrawn',
  },
  result: { AGREE: 'Agreed', AGREE_WITH_CHANGES: 'Agreed with changes', DISAGREE: 'Disagreed' },
  shareClass: { SHARE_CLASS_UNSPECIFIED: 'Not decided', UNCONDITIONAL: 'Unconditional', CONDITIONAL: 'Conditional', NOT_SHARED: 'Not shared' },
  likeness: { EXACT: 'the same', SYNONYM: 'a synonym', SIMILAR: 'similar' },
  gate: { title: 'Gate', open: 'Passed', closed: 'Not passed' },
  choose: 'Choose',
  form: {
    save: 'Register', edit: 'Change the project', saveChange: 'Save', void: 'An opinion that was issued is void after a change.', closed: 'This project cannot be changed now.',
    system: 'System {{number}}: title', systemDuties: 'System {{number}}: duties', remove: 'Remove system {{number}}', add: 'Add a system',
  },
  plan: {
    title: 'Pre-compile the catalogue', heading: 'Pre-compiled catalogue', text: 'Which published {{w.resource}} it uses, and which new ones it makes. What could be shared is not collected again.',
    none: 'No catalogue is pre-compiled yet.', new: 'New {{number}}', uses: 'Used {{number}}', resource: 'No. {{number}}: published {{w.resource}}', entryTitle: 'No. {{number}}: title',
    items: 'No. {{number}}: {{w.item}}', itemsHint: 'One a line; what is meant after a colon.', shareClass: 'No. {{number}}: {{w.shareClass}}', remove: 'Remove no. {{number}}',
    addNew: 'Add a new one', addUses: 'Add one that is used', send: 'Pre-compile', usesOne: 'Uses:', handedIn: 'handed in:', itemsOf: '{{w.item}} of {{title}}', item: '{{w.item}}',
    definition: 'What is meant', published: 'Published already', notPublished: 'No',
  },
  opinion: { title: 'Opinion of the authority', result: 'Opinion', reason: 'Reason, or what has to change', by: 'Issued by', time: 'Issued', about: 'About',
    compilation: 'compilation {{number}} (the last is {{last}})' },
  act: {
    title: 'Act', edit: 'Change the project', plan: 'Pre-compile the catalogue', opinion: 'Issue the opinion', opinionText: 'Who compiled it does not issue the opinion.',
    opinionHint: 'Required unless agreed.', accept: 'Accept', acceptText: 'The {{w.resource}} handed in bear the project from then on.', withdraw: 'Withdraw',
    withdrawText: 'A withdrawn project does not come back.', handIn: 'Hand in the catalogue', handInText: 'Name the compiled {{w.resource}} of each new entry; what is left empty stays as it is.',
    binding: '{{w.resource}} for {{title}}',
  },
  shared: {
    title: 'Results of sharing', text: '{{from}} to {{to}}, to weigh beside investment and running money.', none: 'Nothing in this time.', resources: 'Published {{w.resource}}',
    inTime: 'Replies in time', late: 'Late replies', given: 'Grants given', received: 'Grants received', findings: 'Confirmed findings',
  },
};
export default en;
