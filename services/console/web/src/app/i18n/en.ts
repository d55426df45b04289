// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  product: 'Shareway data sharing node',
  skip: 'Skip to the content',
  menu: 'Menu',
  section: {
    desk: 'Desk', catalogue: 'Catalogue and data', sharing: 'Sharing', needs: 'Needs and safeguards', oversight: 'Supervision and audit', administration: 'Administration',
  },
  language: 'Language',
  shade: { label: 'Light or dark', system: 'As the system', light: 'Light', dark: 'Dark' },
  signOut: 'Sign out',
  loading: 'Opening…',
  notYours: { title: 'Not yours to see', text: 'Your roles do not use this page. If you need it, ask your account administrator.' },
  noPage: { title: 'No such page', text: 'Check the address, or go by the menu.' },
  broken: {
    title: 'This page is broken',
    text: 'It cannot be shown; other pages are not affected. What you typed is kept in this tab.',
    again: 'Try again',
    reload: 'Load anew',
  },
};
export default en;
