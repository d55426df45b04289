// SPDX-License-Identifier: Apache-2.0
// One agency: its record, its nodes' applications, the mandates that name it.
import { Button } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { LIVE, useCall, usePages } from '@/api';
import type { Agency, Mandate, NodeApplication } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useMay } from '@/session/person';
import { DataTable, Facts, ObjectLink, Page, Shown } from '@/ui';
import { DaysLeft, earliestEnd } from './days';
import { MandateStatus } from './mandates';
import { ApplicationState } from './nodes';
import { StandingActs, StandingStatus } from './standing';
import { useText } from './texts';
import { kindKey, levelKey } from './words';

export default function AgencyPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const name = `agencies/${useParams()['id'] ?? ''}`;
  const agency = useCall(DirectoryService.method.getAgency, { name }, { poll: LIVE });
  return (
    <Page title={agency.data?.displayName ?? name} crumbs={[{ label: t('agencies.title'), to: '/agencies' }]}
      updated={agency.updated} onReload={agency.reload} loading={agency.loading}
      actions={may(DirectoryService.method.putAgency) && (
        <Link to={`/directory/register?kind=agency&of=${encodeURIComponent(name)}`}>
          <Button>{t('agency.change')}</Button>
        </Link>
      )}>
      <Shown read={agency}>{(data) => (
        <>
          <Record agency={data} />
          <StandingActs name={name} standing={data.standing} onDone={agency.reload} />
        </>
      )}</Shown>
      {may(DirectoryService.method.listNodeApplications) && <Nodes of={name} />}
      <Mandates of={name} />
      <p>{t('agency.notTold')}</p>
    </Page>
  );
}

function Record(props: { agency: Agency }): ReactNode {
  const t = useText();
  const { agency } = props;
  const clearance = (['clearance.n1', 'clearance.n2', 'clearance.n3'] as const)[Math.max(1, agency.clearance) - 1];
  return (
    <Facts rows={[
      [t('agency.code'), <code key="c">{agency.name.slice('agencies/'.length)}</code>],
      [t('agency.kind'), t(kindKey(agency.kind))],
      [t('agency.law'), agency.authorisingLaw],
      [t('agency.level'), t(levelKey(agency.level))],
      [t('agency.division'), agency.division],
      [t('agency.authority'), agency.authority],
      [t('agency.vertical'), agency.vertical ? t('yes') : t('no')],
      [t('agency.clearance'), clearance === undefined ? String(agency.clearance) : t(clearance)],
      [t('agency.standing'), <StandingStatus key="s" standing={agency.standing} />],
    ]} />
  );
}

function Nodes(props: { of: string }): ReactNode {
  const t = useText();
  const all = usePages(DirectoryService.method.listNodeApplications, { pageSize: 1000 },
    (answer) => answer.applications, { poll: LIVE });
  return (
    <section aria-labelledby="agency-nodes">
      <h2 id="agency-nodes">{t('nodes.title')}</h2>
      <Shown read={all}>{(rows) => (
        <DataTable<NodeApplication> caption={t('nodes.title')} loading={all.loading}
          rows={rows.filter(({ node }) => node?.name.startsWith(`${props.of}/`) ||
            node?.hostedAgencies.includes(props.of))}
          hasMore={all.hasMore} onMore={all.more} rowKey={({ node }) => node?.name ?? ''}
          columns={[
            { key: 'node', title: t('nodes.node'), render: ({ node }) => <ObjectLink name={node?.name ?? ''} /> },
            { key: 'address', title: t('nodes.address'), render: ({ node }) => <code>{node?.address}</code> },
            { key: 'state', title: t('nodes.state'), render: (one) => <ApplicationState state={one.state} /> },
            { key: 'keys', title: t('nodes.keysEnd'), render: (one) => <DaysLeft end={earliestEnd(one.keys)} /> },
          ]} />
      )}</Shown>
    </section>
  );
}

function Mandates(props: { of: string }): ReactNode {
  const t = useText();
  const all = usePages(DirectoryService.method.listMandates, { pageSize: 1000 }, (answer) => answer.mandates);
  const rows = useMemo(() => all.data?.filter(({ agencies }) => agencies.includes(props.of)),
    [all.data, props.of]);
  if (rows === undefined || rows.length === 0) return null;
  return (
    <section aria-labelledby="agency-mandates">
      <h2 id="agency-mandates">{t('mandates.title')}</h2>
      <DataTable<Mandate> caption={t('mandates.title')} rows={rows} rowKey={(mandate) => mandate.name}
        columns={[
          { key: 'document', title: t('mandates.document'),
            render: (mandate) => <ObjectLink name={mandate.name}>{mandate.documentNumber}</ObjectLink> },
          { key: 'issuer', title: t('mandates.issuer'), render: (mandate) => mandate.issuer },
          { key: 'state', title: t('mandates.state'), render: (mandate) => <MandateStatus mandate={mandate} /> },
        ]} />
    </section>
  );
}
