// SPDX-License-Identifier: Apache-2.0
// What the person was told of the entries that he follows, and which of it was read.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages, useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Notification_Kind as Kind, type Notification } from '@/gen/shareway/catalog/v1/subscription_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, DataTable, ErrorPanel, ObjectLink, Page, Shown, Status, objectPath, useUrlText, type Tone } from '@/ui';
import { useText, useWord } from './texts';

const TONES: Readonly<Record<Kind, Tone>> = {
  [Kind.KIND_UNSPECIFIED]: 'plain', [Kind.FIRST_PUBLISHED]: 'good', [Kind.REVISED]: 'plain', [Kind.CLOSED]: 'warn',
  [Kind.REOPENED]: 'good', [Kind.GONE]: 'bad',
};
const MOST_NAMES = 1000;

export default function NotificationsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const [shown, setShown] = useUrlText('show', 'unread');
  const unreadOnly = shown !== 'all';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const news = usePages(CatalogService.method.listNotifications, { pageSize: 100, unreadOnly }, (r) => r.notifications, { poll: LIVE });
  const mark = useWrite(CatalogService.method.markNotificationsRead);
  const unread = news.first?.unread ?? 0;
  const read = async (what: { names: string[] } | { all: true }): Promise<void> => {
    if (await mark.run(what) === undefined) return;
    setChosen(new Set());
    news.reload();
  };
  const names = [...chosen].filter((name) => news.data?.some((one) => one.name === name && one.readTime === undefined));
  return (
    <Page title={t('news.title')} crumbs={[{ label: t('list.title'), to: '/tasks' }]} updated={news.updated} onReload={news.reload}
      loading={news.loading} actions={<Link to="/subscriptions">{t('subscriptions.title')}</Link>}>
      <p>{t('news.what')}</p>
      <div className="sw-row" role="group" aria-label={t('list.views')}>
        {(['unread', 'all'] as const).map((one) => (
          <Button key={one} aria-pressed={(one === 'unread') === unreadOnly} type={(one === 'unread') === unreadOnly ? 'primary' : 'default'}
            onClick={() => { setChosen(new Set()); setShown(one); }}>
            {one === 'unread' ? `${t('news.unread')} (${format.number(unread)})` : t('news.all')}
          </Button>
        ))}
        <Button loading={mark.busy} disabled={names.length === 0 || names.length > MOST_NAMES} onClick={() => void read({ names })}>
          {t('news.markChosen', { count: names.length })}</Button>
        <Button loading={mark.busy} disabled={unread === 0} onClick={() => void read({ all: true })}>{t('news.markAll')}</Button>
      </div>
      <ErrorPanel error={mark.error} />
      <Shown read={news}>{(rows) => (
        <DataTable<Notification> caption={t('news.title')} rows={rows} rowKey={(one) => one.name} hasMore={news.hasMore} onMore={news.more}
          loading={news.loading} empty={<p>{t(unreadOnly ? 'news.noneUnread' : 'news.none')}</p>} selected={chosen} onSelect={setChosen}
          onOpen={(one) => void go(objectPath(one.resource))} keys={{ r: (one) => void read({ names: [one.name] }) }}
          columns={[
            { key: 'title', title: t('news.entry'), render: (one) => <ObjectLink name={one.resource}>{one.title}</ObjectLink> },
            { key: 'kind', title: t('news.kind'), render: (one) => (
              <Status tone={TONES[one.kind] ?? 'plain'}>{word('change', Kind[one.kind] ?? String(one.kind))}</Status>) },
            { key: 'revision', title: t('news.revision'), render: (one) => format.number(one.revision), number: true },
            { key: 'provider', title: t('news.provider'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'time', title: t('news.time'), render: (one) => format.time(one.createTime) },
            { key: 'read', title: t('news.read'), render: (one) => (one.readTime === undefined
              ? <Button size="small" loading={mark.busy} aria-label={`${t('news.mark')} ${one.title}`} onClick={() => void read({ names: [one.name] })}>
                {t('news.mark')}</Button>
              : format.time(one.readTime)) },
          ]} />
      )}</Shown>
    </Page>
  );
}
