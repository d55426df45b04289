// SPDX-License-Identifier: Apache-2.0
import type { Area } from '@/app/area';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';

const { listAccounts, createAccount, listRoleProposals } = AccountService.method;

export const area: Area = {
  id: 'accounts',
  section: 'administration',
  order: 85,
  menu: [
    { to: '/accounts', label: 'list.title', for: [listAccounts] },
    { to: '/roleProposals', label: 'proposals.title', for: [listRoleProposals] },
    { to: '/settings', label: 'settings.title' },
  ],
  routes: [
    { path: '/accounts', load: () => import('./AccountsPage'), for: [listAccounts] },
    { path: '/accounts/new', load: () => import('./NewAccountPage'), for: [createAccount] },
    { path: '/accounts/:id', load: () => import('./AccountPage') },
    { path: '/roleProposals', load: () => import('./ProposalsPage'), for: [listRoleProposals] },
    { path: '/roleProposals/:id', load: () => import('./ProposalsPage'), for: [listRoleProposals] },
    { path: '/settings', load: () => import('./SettingsPage') },
  ],
};
