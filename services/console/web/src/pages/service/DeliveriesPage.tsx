// SPDX-License-Identifier: Apache-2.0
// Data that were handed over on a medium, so that the register of what was shared is complete.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { hexOf, usePages } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { OfflineDelivery_Medium as Medium } from '@/gen/shareway/sharing/v1/offline_delivery_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const { method } = GrantService;

export default function DeliveriesPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const may = useMay();
  const [grant, setGrant] = useUrlText('grant');
  const read = usePages(method.listOfflineDeliveries, { pageSize: 100, grant: grant.trim() }, (r) => r.offlineDeliveries);
  return (
    <Page title={t('deliveries.title')} updated={read.updated} onReload={read.reload} loading={read.loading}
      actions={may(method.recordOfflineDelivery) && <Button type="primary" onClick={() => void go('/offline-deliveries/new')}>{t('deliveries.new')}</Button>}>
      <TextField label={t('field.grant')} name="grant" value={grant} error={read.error} set={setGrant} hint={t('uses.grantHint')} />
      <Shown read={read}>
        {(rows) => (
          <DataTable caption={t('deliveries.title')} rows={rows} rowKey={(one) => one.name} hasMore={read.hasMore} onMore={read.more} loading={read.loading}
            empty={<p>{t('deliveries.none')}</p>}
            columns={[
              { key: 'date', title: t('deliveries.date'), render: (one) => format.day(one.deliveryDate) },
              { key: 'grant', title: t('field.grant'), render: (one) => <ObjectLink name={one.grant} /> },
              { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'medium', title: t('deliveries.medium'), render: (one) => `${word('medium', Medium[one.medium])} ${one.label}` },
              { key: 'records', title: t('deliveries.records'), number: true, render: (one) => (one.recordCount === 0n ? '' : format.number(one.recordCount)) },
              { key: 'giver', title: t('deliveries.giver'), render: (one) => <bdi>{one.giver}</bdi> },
              { key: 'receiver', title: t('deliveries.receiver'), render: (one) => <bdi>{one.receiver}</bdi> },
              { key: 'digest', title: t('deliveries.digest'), render: (one) => <code>{hexOf(one.digest).slice(0, 16)}</code> },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
