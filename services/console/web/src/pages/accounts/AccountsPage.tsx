// SPDX-License-Identifier: Apache-2.0
// The accounts that the person may administer.
import { Button, Input } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Account_State as State, type Account } from '@/gen/shareway/console/v1/account_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, Field, ObjectLink, Page, Shown, objectPath, useUrlText } from '@/ui';
import { AccountState, STATES } from './state';
import { useText } from './texts';

export default function AccountsPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const open = useNavigate();
  const [query, setQuery] = useUrlText('q');
  const [state, setState] = useUrlText('state');
  const accounts = usePages(AccountService.method.listAccounts, { pageSize: 1000 },
    (answer) => answer.accounts, { poll: LIVE });
  const match = (one: Account): boolean => (state === '' || State[one.state] === state) &&
    (one.person.includes(query.trim()) || one.agency.includes(query.trim()));
  return (
    <Page title={t('list.title')} updated={accounts.updated} onReload={accounts.reload} loading={accounts.loading}
      actions={may(AccountService.method.createAccount) && (
        <Link to="/accounts/new"><Button type="primary">{t('create.title')}</Button></Link>
      )}>
      <div className="sw-row">
        <Field label={t('list.find')} name="q">{(control) => (
          <Input {...control} type="search" value={query} onChange={(event) => setQuery(event.target.value)} />
        )}</Field>
        <Field label={t('list.state')} name="state">{({ status: _, ...control }) => (
          <select {...control} value={state} onChange={(event) => setState(event.target.value)}>
            <option value="">{t('all')}</option>
            {STATES.map((one) => <option key={one} value={one}>{t(`state.${one}`)}</option>)}
          </select>
        )}</Field>
      </div>
      <Shown read={accounts}>{(rows) => (
        <DataTable<Account> caption={t('list.title')} rows={rows.filter(match)} rowKey={(one) => one.name}
          hasMore={accounts.hasMore} onMore={accounts.more} loading={accounts.loading}
          onOpen={(one) => void open(objectPath(one.name))}
          columns={[
            { key: 'person', title: t('list.person'),
              render: (one) => <ObjectLink name={one.name}>{one.person.slice('people/'.length)}</ObjectLink> },
            { key: 'agency', title: t('list.agency'), render: (one) => <AgencyName name={one.agency} /> },
            { key: 'state', title: t('list.state'), render: (one) => <AccountState of={one} /> },
            { key: 'last', title: t('list.lastSignIn'),
              render: (one) => (one.lastSignInTime === undefined ? t('never') : format.time(one.lastSignInTime)) },
            { key: 'contract', title: t('contractor.endDate'), render: (one) => format.day(one.contractor?.endDate ?? '') },
          ]} />
      )}</Shown>
    </Page>
  );
}
