// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { FeedbackService } from '@/gen/shareway/sharing/v1/feedback_pb';

const { listComplaints, listInquiries, listRatings, openComplaint, openInquiry } = FeedbackService.method;

export const area: Area = {
  id: 'feedback',
  section: 'needs',
  order: 62,
  menu: [
    { to: '/inquiries', label: 'inquiries.title', for: [listInquiries] },
    { to: '/complaints', label: 'complaints.title', for: [listComplaints] },
    { to: '/ratings', label: 'ratings.title', for: [listRatings] },
  ],
  routes: [
    { path: '/inquiries', load: () => import('./InquiriesPage'), for: [listInquiries] },
    { path: '/inquiries/new', load: () => import('./NewInquiryPage'), for: [openInquiry] },
    { path: '/inquiries/:id', load: () => import('./InquiryPage') },
    { path: '/complaints', load: () => import('./ComplaintsPage'), for: [listComplaints] },
    { path: '/complaints/new', load: () => import('./NewComplaintPage'), for: [openComplaint] },
    { path: '/complaints/:id', load: () => import('./ComplaintPage') },
    { path: '/ratings', load: () => import('./RatingsPage'), for: [listRatings] },
  ],
};
