// SPDX-License-Identifier: Apache-2.0
// Circulars, newest first; with a name in the path, that one alone.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { LIVE, usePages } from '@/api';
import type { Circular } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, EmptyState, Facts, ObjectLink, Page, Shown, objectPath } from '@/ui';
import { useText } from './texts';
import { BodyName, useNamed, Written } from './words';

export default function CircularsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const open = useNavigate();
  const { id } = useParams();
  const name = id === undefined ? '' : `circulars/${id}`;
  const circulars = usePages(SupervisionService.method.listCirculars, { pageSize: 100 }, (answer) => answer.circulars, { poll: LIVE });
  const one = useNamed(circulars, name);
  const page = { updated: circulars.updated, onReload: circulars.reload, loading: circulars.loading };
  if (name !== '') {
    return (
      <Page title={one?.title ?? t('circulars.title')} crumbs={[{ label: t('circulars.title'), to: '/circulars' }]} {...page}>
        <Shown read={circulars}>{() => (one !== undefined ? <Whole circular={one} />
          : circulars.hasMore ? <p role="status">{t('looking')}</p> : <EmptyState text={t('notFound')} />)}</Shown>
      </Page>
    );
  }
  return (
    <Page title={t('circulars.title')} {...page} actions={may(SupervisionService.method.publishCircular) && (
      <Link to="/circulars/new"><Button type="primary">{t('circulars.publish')}</Button></Link>)}>
      <Shown read={circulars}>{(rows) => (
        <DataTable<Circular> caption={t('circulars.title')} rows={rows} rowKey={(row) => row.name} hasMore={circulars.hasMore}
          onMore={circulars.more} loading={circulars.loading} empty={<p>{t('circulars.none')}</p>}
          onOpen={(row) => void open(objectPath(row.name))}
          columns={[
            { key: 'title', title: t('circulars.name'), render: (row) => <ObjectLink name={row.name}>{row.title}</ObjectLink> },
            { key: 'number', title: t('circulars.number'), render: (row) => <bdi>{row.documentNumber}</bdi> },
            { key: 'authority', title: t('field.authority'), render: (row) => <BodyName name={row.authority} /> },
            { key: 'agencies', title: t('circulars.agencies'), render: (row) => row.agencies.map((agency) => (
              <div key={agency}><AgencyName name={agency} /></div>)) },
            { key: 'time', title: t('field.published'), render: (row) => format.time(row.publishTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}

function Whole(props: { circular: Circular }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { circular } = props;
  return (
    <>
      <Facts rows={[
        [t('circulars.number'), circular.documentNumber],
        [t('field.authority'), <BodyName key="a" name={circular.authority} />],
        [t('field.published'), format.time(circular.publishTime)],
        [t('circulars.agencies'), <>{circular.agencies.map((name) => <div key={name}><AgencyName name={name} /></div>)}</>],
        [t('circulars.findings'), <>{circular.findings.map((name) => <div key={name}><ObjectLink name={name} /></div>)}</>],
      ]} />
      <Written text={circular.text} />
    </>
  );
}
