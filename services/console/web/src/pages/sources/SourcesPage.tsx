// SPDX-License-Identifier: Apache-2.0
// The authoritative sources in force: one item, one source.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Source } from '@/gen/shareway/catalog/v1/source_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, objectPath } from '@/ui';
import { useText } from './texts';

export default function SourcesPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const open = useNavigate();
  const sources = usePages(CatalogService.method.listSources, { pageSize: 200 }, (answer) => answer.sources, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={sources.updated} onReload={sources.reload} loading={sources.loading}
      actions={may(CatalogService.method.designateSource) && (
        <Link to="/sources/new"><Button type="primary">{t('designate.title')}</Button></Link>)}>
      <Shown read={sources}>{(rows) => (
        <DataTable<Source> caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={sources.hasMore}
          onMore={sources.more} loading={sources.loading} onOpen={(one) => void open(objectPath(one.name))}
          columns={[
            { key: 'title', title: t('source.title'), render: (one) => <ObjectLink name={one.name}>{one.title}</ObjectLink> },
            { key: 'provider', title: t('source.provider'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'resource', title: t('source.resource'), render: (one) => <ObjectLink name={one.resource} /> },
            { key: 'item', title: t('source.item'), render: (one) => <code>{one.item}</code> },
            { key: 'time', title: t('source.time'), render: (one) => format.time(one.designateTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
