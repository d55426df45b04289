// SPDX-License-Identifier: Apache-2.0
// Mandates of outside supervisors that the person may see.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import type { Mandate } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { DataTable, ObjectLink, Page, Shown, objectPath } from '@/ui';
import { MandateStatus } from './mandates';
import { useText } from './texts';

export default function MandatesPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const open = useNavigate();
  const mandates = usePages(DirectoryService.method.listMandates, { pageSize: 100 },
    (answer) => answer.mandates, { poll: LIVE });
  return (
    <Page title={t('mandates.title')} updated={mandates.updated} onReload={mandates.reload}
      loading={mandates.loading}
      actions={may(DirectoryService.method.putMandate) && (
        <Link to="/mandates/new"><Button type="primary">{t('mandates.register')}</Button></Link>
      )}>
      <p>{t('mandates.what')}</p>
      <Shown read={mandates}>{(rows) => (
        <DataTable<Mandate> caption={t('mandates.title')} rows={rows} rowKey={(mandate) => mandate.name}
          hasMore={mandates.hasMore} onMore={mandates.more} loading={mandates.loading}
          empty={<p>{t('mandates.none')}</p>} onOpen={(mandate) => void open(objectPath(mandate.name))}
          columns={[
            { key: 'document', title: t('mandates.document'),
              render: (mandate) => <ObjectLink name={mandate.name}>{mandate.documentNumber}</ObjectLink> },
            { key: 'issuer', title: t('mandates.issuer'), render: (mandate) => <bdi>{mandate.issuer}</bdi> },
            { key: 'from', title: t('mandates.from'), render: (mandate) => format.day(mandate.startDate) },
            { key: 'to', title: t('mandates.to'), render: (mandate) => format.day(mandate.endDate) },
            { key: 'agencies', title: t('mandates.agencyCount'), number: true,
              render: (mandate) => format.number(mandate.agencies.length) },
            { key: 'state', title: t('mandates.state'), render: (mandate) => <MandateStatus mandate={mandate} /> },
          ]} />
      )}</Shown>
    </Page>
  );
}
