// SPDX-License-Identifier: Apache-2.0
// Annual reports of agencies; with a name in the path, that one alone. A department's head submits one.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { LIVE, usePages } from '@/api';
import type { AnnualReport } from '@/gen/shareway/sharing/v1/report_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, DraftKeeper, EmptyState, ErrorPanel, Facts, NotSignedPanel, ObjectLink, Page, Shown, Status, objectPath, useDraft, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { today } from './period';
import { useText } from './texts';
import { useNamed, Written } from './words';

export default function AnnualPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const open = useNavigate();
  const { id } = useParams();
  const name = id === undefined ? '' : `annual-reports/${id}`;
  const [yearText, setYear] = useUrlText('year');
  const year = name === '' && /^2\d{3}$/.test(yearText) ? Number(yearText) : 0;
  const reports = usePages(SupervisionService.method.listAnnualReports, { pageSize: 100, year }, (answer) => answer.reports, { poll: LIVE });
  const one = useNamed(reports, name);
  const page = { updated: reports.updated, onReload: reports.reload, loading: reports.loading };
  if (name !== '') {
    return (
      <Page title={t('annual.title')} crumbs={[{ label: t('annual.title'), to: '/annual-reports' }]} {...page}>
        <Shown read={reports}>{() => (one !== undefined ? <Whole report={one} />
          : reports.hasMore ? <p role="status">{t('looking')}</p> : <EmptyState text={t('notFound')} />)}</Shown>
      </Page>
    );
  }
  return (
    <Page title={t('annual.title')} {...page}>
      <TextField label={t('reports.year')} name="year" type="number" value={yearText} set={setYear} error={reports.error} hint={t('annual.yearHint')} />
      <Shown read={reports}>{(rows) => (
        <DataTable<AnnualReport> caption={t('annual.title')} rows={rows} rowKey={(row) => row.name} hasMore={reports.hasMore}
          onMore={reports.more} loading={reports.loading} empty={<p>{t('annual.none')}</p>} onOpen={(row) => void open(objectPath(row.name))}
          columns={[
            { key: 'name', title: t('reports.year'), render: (row) => <ObjectLink name={row.name}>{String(row.year)}</ObjectLink> },
            { key: 'agency', title: t('field.agency'), render: (row) => <AgencyName name={row.agency} /> },
            { key: 'time', title: t('annual.submitted'), render: (row) => format.time(row.submitTime) },
            { key: 'due', title: t('field.due'), render: (row) => format.day(row.dueDate) },
            { key: 'late', title: t('field.state'), render: (row) => <Late report={row} /> },
          ]} />
      )}</Shown>
      {may(SupervisionService.method.submitAnnualReport) && <Submit onDone={reports.reload} />}
    </Page>
  );
}

function Late(props: { report: AnnualReport }): ReactNode {
  const t = useText();
  return props.report.late ? <Status tone="bad">{t('annual.late')}</Status> : <Status tone="good">{t('annual.inTime')}</Status>;
}

function Whole(props: { report: AnnualReport }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { report } = props;
  return (
    <>
      <Facts rows={[
        [t('reports.year'), String(report.year)], [t('field.agency'), <AgencyName key="a" name={report.agency} />],
        [t('annual.submitted'), format.time(report.submitTime)], [t('field.due'), format.day(report.dueDate)],
        [t('field.state'), <Late key="l" report={report} />], [t('field.profile'), report.profile],
      ]} />
      <Written text={report.text} />
    </>
  );
}

function Submit(props: { onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft('annual', { year: String(today(new Date()).year - 1), text: '' });
  const act = useAct(SupervisionService.method.submitAnnualReport);
  const { year, text } = draft.value;
  const ready = /^2\d{3}$/.test(year) && text.trim() !== '';
  const send = async (): Promise<void> => {
    if (await act.run({ year: Number(year), text: text.trim() }) === undefined) return;
    draft.discard();
    props.onDone();
  };
  return (
    <section aria-labelledby="submit">
      <h2 id="submit">{t('annual.submit')}</h2>
      <p>{t('annual.effect')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void send(); }}>
        <TextField label={t('annual.ofYear')} name="year" type="number" value={year} error={act.error} required
          set={(to) => draft.set((old) => ({ ...old, year: to }))} />
        <TextField label={t('annual.text')} name="text" rows={10} max={8000} value={text} error={act.error} required
          set={(to) => draft.set((old) => ({ ...old, text: to }))} />
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} onReload={props.onDone} />
        <Button type="primary" htmlType="submit" loading={act.busy} disabled={!ready}>{t('sign')}</Button>
      </form>
    </section>
  );
}
