// SPDX-License-Identifier: Apache-2.0
// Emergency drills that were held, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { usePages } from '@/api';
import { IncidentService } from '@/gen/shareway/sharing/v1/incident_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, Page, Shown } from '@/ui';
import { useText } from './texts';

export default function DrillsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const go = useNavigate();
  const may = useMay();
  const drills = usePages(IncidentService.method.listDrills, { pageSize: 100 }, (r) => r.drills);
  return (
    <Page title={t('drills.title')} updated={drills.updated} onReload={drills.reload} loading={drills.loading}
      actions={may(IncidentService.method.recordDrill) && <Button type="primary" onClick={() => void go('/drills/new')}>{t('drills.new')}</Button>}>
      <Shown read={drills}>
        {(rows) => (
          <DataTable caption={t('drills.title')} rows={rows} rowKey={(one) => one.name} hasMore={drills.hasMore} onMore={drills.more}
            loading={drills.loading} empty={<p>{t('drills.none')}</p>}
            columns={[
              { key: 'title', title: t('field.title'), render: (one) => <bdi>{one.title}</bdi> },
              { key: 'agency', title: t('field.agency'), render: (one) => <AgencyName name={one.agency} /> },
              { key: 'date', title: t('drills.date'), render: (one) => format.day(one.date) },
              { key: 'scenario', title: t('drills.scenario'), render: (one) => <bdi>{one.scenario}</bdi> },
              { key: 'result', title: t('drills.result'), render: (one) => <bdi>{one.result}</bdi> },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
