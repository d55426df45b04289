// SPDX-License-Identifier: Apache-2.0
// One source, as in force or as once designated.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useCall } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, Facts, ObjectLink, Page, Shown, useUrlText } from '@/ui';
import { useText } from './texts';

export default function SourcePage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const name = `sources/${useParams()['id'] ?? ''}`;
  const [past, setPast] = useUrlText('designation');
  const source = useCall(CatalogService.method.getSource, { name, designation: Number(past) || 0 });
  return (
    <Page title={source.data?.title ?? name} crumbs={[{ label: t('list.title'), to: '/sources' }]} updated={source.updated}
      onReload={source.reload} loading={source.loading}
      actions={past === '' && may(CatalogService.method.designateSource) && (
        <Link to={`/sources/new?of=${encodeURIComponent(name)}`}><Button>{t('designate.replace')}</Button></Link>)}>
      <Shown read={source}>{(one) => (
        <>
          <Facts rows={[
            [t('source.provider'), <AgencyName key="p" name={one.provider} />], [t('source.resource'), <ObjectLink key="r" name={one.resource} />],
            [t('source.item'), <code key="i">{one.item}</code>], [t('source.document'), one.document], [t('source.authority'), one.authority],
            [t('source.nth'), String(one.designation)], [t('source.time'), format.time(one.designateTime)], [t('source.by'), one.designatedBy],
          ]} />
          <div className="sw-row">
            {one.designation > 1 && <Button onClick={() => setPast(String(one.designation - 1))}>{t('source.before')}</Button>}
            {past !== '' && <Button onClick={() => setPast('')}>{t('source.now')}</Button>}
          </div>
        </>
      )}</Shown>
    </Page>
  );
}
