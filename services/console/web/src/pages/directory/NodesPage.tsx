// SPDX-License-Identifier: Apache-2.0
// Applications to connect nodes: what waits, what was returned, whose keys end soon.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { NodeApplication_State as State, type NodeApplication } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, Field, ObjectLink, Page, Shown, objectPath, useUrlText } from '@/ui';
import { DayLeft, DaysLeft, earliestEnd } from './days';
import { ApplicationState } from './nodes';
import { useText } from './texts';
import { STATES } from './words';

export const agencyOf = (node: string): string => node.split('/').slice(0, 2).join('/');

export default function NodesPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const open = useNavigate();
  const [state, setState] = useUrlText('state');
  const applications = usePages(DirectoryService.method.listNodeApplications, { pageSize: 200 },
    (answer) => answer.applications, { poll: LIVE });
  return (
    <Page title={t('nodes.title')} updated={applications.updated} onReload={applications.reload}
      loading={applications.loading}
      actions={may(DirectoryService.method.applyNode) && (
        <Link to="/nodes/new"><Button type="primary">{t('nodes.apply')}</Button></Link>
      )}>
      <Field label={t('nodes.state')} name="state">{({ status: _, ...control }) => (
        <select {...control} value={state} onChange={(event) => setState(event.target.value)}>
          <option value="">{t('all')}</option>
          {STATES.map((one) => <option key={one} value={one}>{t(`state.${one}`)}</option>)}
        </select>
      )}</Field>
      <Shown read={applications}>{(rows) => (
        <DataTable<NodeApplication> caption={t('nodes.title')}
          rows={rows.filter((one) => state === '' || State[one.state] === state)}
          rowKey={({ node }) => node?.name ?? ''} empty={<p>{t('nodes.none')}</p>}
          hasMore={applications.hasMore} onMore={applications.more} loading={applications.loading}
          onOpen={({ node }) => void open(objectPath(node?.name ?? ''))}
          columns={[
            { key: 'node', title: t('nodes.node'), render: ({ node }) => <ObjectLink name={node?.name ?? ''} /> },
            { key: 'agency', title: t('nodes.agency'),
              render: ({ node }) => <AgencyName name={agencyOf(node?.name ?? '')} /> },
            { key: 'state', title: t('nodes.state'), render: (one) => <ApplicationState state={one.state} /> },
            { key: 'level', title: t('nodes.level'), number: true, render: (one) => one.protection?.level },
            { key: 'test', title: t('nodes.nextTest'),
              render: (one) => <DayLeft day={one.protection?.nextTestDate ?? ''} /> },
            { key: 'keys', title: t('nodes.keysEnd'), render: (one) => <DaysLeft end={earliestEnd(one.keys)} /> },
          ]} />
      )}</Shown>
    </Page>
  );
}
