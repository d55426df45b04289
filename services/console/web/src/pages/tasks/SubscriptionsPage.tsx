// SPDX-License-Identifier: Apache-2.0
// What the person follows: entries, and searches that find new ones.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { LIVE, useCall, useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Grading, ResourceFormat, ShareClass, UpdateCycle } from '@/gen/shareway/catalog/v1/resource_pb';
import type { SearchResourcesRequest } from '@/gen/shareway/catalog/v1/search_pb';
import type { Subscription } from '@/gen/shareway/catalog/v1/subscription_pb';
import { useAreaText } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { AgencyName, DataTable, DraftKeeper, ErrorPanel, ObjectLink, Page, Shown, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const { listSubscriptions, subscribe, unsubscribe } = CatalogService.method;
const MOST = 100;

export default function SubscriptionsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const read = useCall(listSubscriptions, {}, { poll: LIVE });
  const end = useWrite(unsubscribe);
  return (
    <Page title={t('subscriptions.title')} crumbs={[{ label: t('list.title'), to: '/tasks' }, { label: t('news.title'), to: '/news' }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <p>{t('subscriptions.text', { most: MOST })}</p>
      <ErrorPanel error={end.error} onReload={read.reload} />
      <Shown read={read}>{({ subscriptions }) => (
        <DataTable<Subscription> caption={t('subscriptions.title')} rows={subscriptions} rowKey={(one) => one.name} total={subscriptions.length}
          empty={<p>{t('subscriptions.none')}</p>}
          columns={[
            { key: 'what', title: t('subscriptions.what'), render: (one) => <Target of={one.target} /> },
            { key: 'since', title: t('subscriptions.since'), render: (one) => format.time(one.createTime) },
            { key: 'end', title: t('subscriptions.end'), render: (one) => (
              <Button size="small" loading={end.busy} aria-label={`${t('subscriptions.end')} ${one.name}`}
                onClick={async () => { if (await end.run({ name: one.name })) read.reload(); }}>{t('subscriptions.end')}</Button>) },
          ]} />
      )}</Shown>
      <Add onDone={read.reload} />
    </Page>
  );
}

function Target(props: { of: Subscription['target'] }): ReactNode {
  const { of } = props;
  if (of.case === 'resource') return <ObjectLink name={of.value} />;
  return of.case === 'search' ? <SearchWords search={of.value} /> : null;
}

// A search in words, and the way to what it finds now.
function SearchWords(props: { search: SearchResourcesRequest }): ReactNode {
  const t = useText();
  const of = useAreaText('catalogue');
  const { search } = props;
  const values: readonly (readonly [string, string])[] = [
    ...search.shareClasses.map((one) => ['share_class', ShareClass[one]] as const), ...search.formats.map((one) => ['format', ResourceFormat[one]] as const),
    ...search.updateCycles.map((one) => ['update_cycle', UpdateCycle[one]] as const), ...search.gradings.map((one) => ['grading', Grading[one]] as const),
  ];
  const query = new URLSearchParams([['q', search.query], ...values.map(([field, value]) => [field, value]),
    ...(['provider', 'category', 'division'] as const).filter((key) => search[key] !== '').map((key) => [key, search[key]])]);
  return (
    <>
      <Link to={`/catalogue?${query.toString()}`}>{t('subscriptions.search')} <bdi>{search.query}</bdi></Link>
      {search.provider !== '' && <> · <AgencyName name={search.provider} /></>}
      {values.map(([field, value]) => <span key={`${field} ${value}`}> · {of(`value.${field}.${value}`)}</span>)}
      {[search.category, search.division].filter((one) => one !== '').map((one) => <span key={one}> · <bdi>{one}</bdi></span>)}
    </>
  );
}

function Add(props: { onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft('subscribe', { by: 'search', text: '' });
  const write = useWrite(subscribe);
  const { by, text } = draft.value;
  const byName = by === 'resource';
  const send = async (): Promise<void> => {
    const value = text.trim();
    const target = byName ? { case: 'resource' as const, value } : { case: 'search' as const, value: { query: value } };
    if (await write.run({ subscription: { target } }) === undefined) return;
    draft.discard();
    props.onDone();
  };
  return (
    <form aria-label={t('subscriptions.add')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h2>{t('subscriptions.add')}</h2>
      <DraftKeeper draft={draft} />
      <ChoiceField label={t('subscriptions.by')} name="by" value={by} set={(to) => draft.set((old) => ({ ...old, by: to }))}
        choices={[{ value: 'search', label: t('subscriptions.bySearch') }, { value: 'resource', label: t('subscriptions.byName') }]} />
      <TextField label={t(byName ? 'subscriptions.entry' : 'subscriptions.words')} name={byName ? 'subscription.resource' : 'subscription.search'}
        inside value={text} max={200} required error={write.error} hint={t(byName ? 'subscriptions.entryHint' : 'subscriptions.wordsHint')}
        set={(to) => draft.set((old) => ({ ...old, text: to }))} />
      <ErrorPanel error={write.error} />
      <Button type="primary" htmlType="submit" loading={write.busy} disabled={text.trim() === ''}>{t('subscriptions.send')}</Button>
    </form>
  );
}
