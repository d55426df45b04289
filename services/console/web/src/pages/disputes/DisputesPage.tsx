// SPDX-License-Identifier: Apache-2.0
// Disputes that the person's agency is a party to, or coordinates.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Dispute_Matter, Dispute_Stage, DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { useMay } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, objectPath, Page, Shown, Status } from '@/ui';
import { useText, useWord } from './texts';

export default function DisputesPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const may = useMay();
  const read = usePages(DisputeService.method.listDisputes, { pageSize: 100 }, (r) => r.disputes, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={read.updated} onReload={read.reload} loading={read.loading}
      actions={may(DisputeService.method.openDispute) && <Button type="primary" onClick={() => void go('/disputes/new')}>{t('open.title')}</Button>}>
      <Shown read={read}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={read.hasMore} onMore={read.more}
            loading={read.loading} empty={<p>{t('list.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'name', title: t('list.name'), render: (one) => <ObjectLink name={one.name} /> },
              { key: 'matter', title: t('field.matter'), render: (one) => word('matter', Dispute_Matter[one.matter]) },
              { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'provider', title: t('field.provider'), render: (one) => <AgencyName name={one.provider} /> },
              { key: 'stage', title: t('field.stage'), render: (one) => (
                <Status tone={one.stage === Dispute_Stage.CLOSED ? 'quiet' : 'warn'}>{word('stage', Dispute_Stage[one.stage])}</Status>) },
              { key: 'due', title: t('field.due'), render: (one) => (one.dueDate === '' || one.stage === Dispute_Stage.CLOSED ? ''
                : <Clock due={one.dueDate} provisional={one.dueProvisional} />) },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
