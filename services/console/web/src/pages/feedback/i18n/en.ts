// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  state: 'State', all: 'All', acts: 'What you can do', choose: 'Choose',
  inquiries: { title: 'Inquiries', none: 'There are no inquiries that you may see.', open: 'Ask', question: 'Question', due: 'Answer due', time: 'Asked' },
  inquiryState: { OPEN: 'an answer is owed', ANSWERED: 'answered', CLOSED: 'closed' },
  inquiry: {
    page: 'Inquiry {{name}}', resource: 'Entry', consumer: 'Who asks', provider: 'Who is asked', question: 'Question', answer: 'Answer', extended: 'longer time consented to',
    extensionReason: 'Why it takes longer', late: 'answered late', dataDate: 'Data last updated', profile: 'Profile', answerHint: 'Both sides and the authority read it.', send: 'Answer',
    extend: 'Consent to the longer time', extendText: 'The longer time counts from the question. A time that ran out is not extended.', close: 'Close',
    closeOpen: 'It is not answered yet. Nobody owes an answer any more, for good.', closeAnswered: 'It is answered. Closed, it stays closed.',
  },
  newInquiry: { title: 'Ask about an entry', resource: 'Entry', resourceHint: 'Published, and of another agency', question: 'Question', noSecret: 'No state or work secrets, and no personal data.', send: 'Ask' },
  complaints: { title: 'Complaints', what: 'Staff enters complaints of citizens, companies and bodies; their names stand in the agency’s own register alone.', none: 'There are no complaints that you may see.',
    open: 'Enter a complaint', file: 'File number', kind: 'Kind', time: 'Entered' },
  complaintState: { TAKEN_IN: 'to be assigned', ASSIGNED: 'being dealt with', CLOSED: 'closed' },
  kind: { RIGHTS: 'rights are affected', DUPLICATE_COLLECTION: 'collected again', PLATFORM: 'platform or its operator' },
  outcome: { FOUNDED: 'founded', UNFOUNDED: 'unfounded', PASSED_ON: 'passed on to another body' },
  complaint: {
    page: 'Complaint {{name}}', kind: 'Kind', file: 'File number', consumer: 'Entered by', about: 'About', handler: 'Dealt with by', text: 'Complaint', outcome: 'Outcome', answer: 'Answer',
    check: 'Check that it cites', closed: 'Closed', profile: 'Profile', assign: 'Assign', assignText: 'To an agency of your authority; one that is being dealt with can be assigned anew.',
    agency: 'Who deals with it', close: 'Answer and close', closeText: 'Whoever entered it cannot close it. Closed, it stays closed.',
  },
  newComplaint: {
    title: 'Enter a complaint', kind: 'Kind', about: 'About', aboutHint: 'For the platform: the agency that runs it', file: 'File number',
    fileHint: 'In your agency’s own register, where the complainant’s name stands', text: 'Complaint', textHint: 'No names or numbers of persons; no state or work secrets',
    check: 'Collection check', checkHint: 'For what was collected again: a kept check, collectionChecks/…; empty if there is none', send: 'Enter',
  },
  ratings: {
    title: 'Ratings', what: 'A consumer rates each of its grants once; it enters the provider’s score for use.', none: 'There are no ratings that you may see.', grant: 'Grant', stars: 'Stars', text: 'Remark',
    time: 'Given', consumer: 'Consumer', provider: 'Provider', of: '{{count}} of 5', only: 'Only this grant', rate: 'Rate a grant', send: 'Rate', once: 'It cannot be changed.',
  },
};
export default en;
