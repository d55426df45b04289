// SPDX-License-Identifier: Apache-2.0
// Items that several agencies collect, and whether one of them is the source.
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { usePages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { CollectedItem } from '@/gen/shareway/catalog/v1/source_pb';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, Status } from '@/ui';
import { useText } from './texts';

export default function CollectedPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const items = usePages(CatalogService.method.listCollectedItems, { pageSize: 200 }, (answer) => answer.items);
  return (
    <Page title={t('collected.title')} updated={items.updated} onReload={items.reload} loading={items.loading}>
      <Shown read={items}>{(rows) => (
        <DataTable<CollectedItem> caption={t('collected.title')} rows={rows} rowKey={(one) => one.name} hasMore={items.hasMore}
          onMore={items.more} loading={items.loading}
          columns={[
            { key: 'name', title: t('source.title'), render: (one) => <bdi>{one.name}</bdi> },
            { key: 'who', title: t('collected.who'), render: (one) => one.collectors.map((collector) => (
              <div key={collector.provider}><AgencyName name={collector.provider} />{' '}
                {collector.resources.map((name) => <span key={name}><ObjectLink name={name} /> </span>)}</div>)) },
            { key: 'source', title: t('collected.source'), render: (one) => (one.source !== '' ? <ObjectLink name={one.source} /> : (
              <><Status tone="warn">{t('collected.none')}</Status>{may(CatalogService.method.designateSource) && <>{' '}
                <Link to={`/sources/new?title=${encodeURIComponent(one.name)}`}>{t('designate.title')}</Link></>}</>)) },
          ]} />
      )}</Shown>
    </Page>
  );
}
