// SPDX-License-Identifier: Apache-2.0
// What waits for the person: requests by view, legal times that run out, catalogue entries, news.
import { useMemo, type ReactNode } from 'react';
import { Link } from 'react-router';
import { LIVE, useCall, usePages, type Read } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { Notification_Kind, type Notification } from '@/gen/shareway/catalog/v1/subscription_pb';
import { Role } from '@/gen/shareway/policy_pb';
import type { Inbox, Inbox_Count, Inbox_Warning } from '@/gen/shareway/sharing/v1/inbox_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { hasText, useAreaText } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { AgencyName, Clock, DataTable, ErrorPanel, ObjectLink, Page, Shown, Status } from '@/ui';
import { useText } from './texts';

export default function HomePage(): ReactNode {
  const t = useText();
  const inbox = useCall(RequestService.method.getInbox, {}, { poll: LIVE });
  return (
    <Page title={t('title')} updated={inbox.updated} onReload={inbox.reload} loading={inbox.loading}>
      <Shown read={inbox}>{(data) => <Requests inbox={data} />}</Shown>
      <Entries />
      <News />
    </Page>
  );
}

function Requests(props: { inbox: Inbox }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { inbox } = props;
  const figure = (count: Inbox_Count | undefined): string =>
    `${format.number(count?.requests ?? 0)}${count?.more === true ? '+' : ''}`;
  const cards = [
    ['MINE', t('requests.mine'), inbox.mine], ['DUE', t('requests.due'), inbox.due],
    ['OVERDUE', t('requests.overdue'), inbox.overdue], ['WAITING', t('requests.waiting'), inbox.waiting],
  ] as const;
  return (
    <section aria-labelledby="home-requests">
      <h2 id="home-requests">{t('requests.title')}</h2>
      <div className="sw-cards">
        {cards.map(([view, label, count]) => (
          <Link key={view} className="sw-card" to={`/inbox?view=${view}`}>
            <div>{view === 'OVERDUE' && (count?.requests ?? 0) > 0
              ? <Status tone="bad">{label}</Status> : label}</div>
            <div className="sw-figure">{figure(count)}</div>
          </Link>
        ))}
      </div>
      {inbox.warnings.length > 0 && (
        <>
          <h3>{t('warnings.title')}</h3>
          <DataTable<Inbox_Warning> caption={t('warnings.title')} rows={inbox.warnings}
            rowKey={(warning) => `${warning.subject} ${warning.clock} ${warning.mark}`}
            columns={[
              { key: 'subject', title: t('warnings.subject'),
                render: (warning) => <ObjectLink name={warning.subject} /> },
              { key: 'clock', title: t('warnings.clock'),
                render: (warning) => <Word group="clock" name={warning.clock} /> },
              { key: 'due', title: t('warnings.due'), render: (warning) => (
                <Clock due={warning.dueDate} state={warning.mark === 'AUTHORITY' ? 'overdue' : 'running'} />
              ) },
            ]} />
        </>
      )}
      {inbox.delegations.length > 0 && <p>{t('delegated', { count: inbox.delegations.length })}</p>}
    </section>
  );
}

// A name of the contract in words, where there are any; those of a later profile as they are.
function Word(props: { group: string; name: string }): ReactNode {
  const t = useAreaText('home');
  const key = `${props.group}.${props.name}`;
  return hasText('home', key) ? t(key) : <code>{props.name}</code>;
}

// In which state catalogue entries wait for whom.
const WAITS: readonly (readonly [Role, Resource_State, 'editor' | 'head' | 'authority'])[] = [
  [Role.CATALOGUE_EDITOR, Resource_State.RETURNED, 'editor'],
  [Role.DEPARTMENT_HEAD, Resource_State.SUBMITTED, 'head'],
  [Role.SHARING_AUTHORITY, Resource_State.APPROVED, 'authority'],
];

function Entries(): ReactNode {
  const { roles } = usePerson();
  return WAITS.filter(([role]) => roles.includes(role))
    .map(([role, state, key]) => <EntriesIn key={role} state={state} title={key} />);
}

function EntriesIn(props: { state: Resource_State; title: 'editor' | 'head' | 'authority' }): ReactNode {
  const t = useText();
  const { agency } = usePerson();
  // The authority's entries are other agencies'; everybody else's are the own agency's.
  const provider = props.title === 'authority' ? '' : agency;
  const entries = usePages(CatalogService.method.listResources,
    { state: props.state, provider, pageSize: 20 }, (answer) => answer.resources, { poll: LIVE });
  const title = t(`entries.${props.title}`);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Shown read={entries as Read<readonly Resource[]>}>
        {(rows) => (
          <DataTable<Resource> caption={title} rows={rows} rowKey={(entry) => entry.name}
            hasMore={entries.hasMore} onMore={entries.more} loading={entries.loading} empty={<p>{t('entries.none')}</p>}
            columns={[
              { key: 'title', title: t('entries.entry'),
                render: (entry) => <ObjectLink name={entry.name}>{entry.title}</ObjectLink> },
              { key: 'code', title: t('entries.code'), render: (entry) => entry.code },
              { key: 'provider', title: t('entries.provider'), render: (entry) => <AgencyName name={entry.provider} /> },
            ]} />
        )}
      </Shown>
    </section>
  );
}

function News(): ReactNode {
  const t = useText();
  const format = useFormat();
  const news = useCall(CatalogService.method.listNotifications, { pageSize: 20 }, { poll: 60 });
  const unread = useMemo(() => news.data?.notifications.filter((one) => one.readTime === undefined), [news.data]);
  if (unread === undefined) return <ErrorPanel error={news.error} onRetry={news.reload} />;
  if (unread.length === 0) return null;
  const kinds: Partial<Record<Notification_Kind, string>> = {
    [Notification_Kind.FIRST_PUBLISHED]: t('news.published'), [Notification_Kind.REVISED]: t('news.revised'),
    [Notification_Kind.CLOSED]: t('news.closed'), [Notification_Kind.REOPENED]: t('news.reopened'),
    [Notification_Kind.GONE]: t('news.gone'),
  };
  return (
    <section aria-labelledby="home-news">
      <h2 id="home-news">{t('news.title')}</h2>
      <DataTable<Notification> caption={t('news.title')} rows={unread} rowKey={(one) => one.name}
        columns={[
          { key: 'title', title: t('entries.entry'),
            render: (one) => <ObjectLink name={one.resource}>{one.title}</ObjectLink> },
          { key: 'kind', title: t('news.kind'), render: (one) => kinds[one.kind] ?? '' },
          { key: 'provider', title: t('entries.provider'), render: (one) => <AgencyName name={one.provider} /> },
          { key: 'time', title: t('news.time'), render: (one) => format.time(one.createTime) },
        ]} />
    </section>
  );
}
