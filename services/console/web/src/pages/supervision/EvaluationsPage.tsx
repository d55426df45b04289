// SPDX-License-Identifier: Apache-2.0
// The authority's evaluations of years, with the scores as they were then; with a name in the path, that one alone.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { LIVE, usePages } from '@/api';
import type { Evaluation, Scorecard } from '@/gen/shareway/sharing/v1/report_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, DraftKeeper, EmptyState, ErrorPanel, Facts, NotSignedPanel, ObjectLink, Page, Shown, objectPath, saveCsv, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { today } from './period';
import { usePoints, useScoreName } from './ScorecardPage';
import { useText } from './texts';
import { BodyName, useNamed, Written } from './words';

export default function EvaluationsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const open = useNavigate();
  const { id } = useParams();
  const name = id === undefined ? '' : `evaluations/${id}`;
  const evaluations = usePages(SupervisionService.method.listEvaluations, { pageSize: 50 }, (answer) => answer.evaluations, { poll: LIVE });
  const one = useNamed(evaluations, name);
  const page = { updated: evaluations.updated, onReload: evaluations.reload, loading: evaluations.loading };
  if (name !== '') {
    return (
      <Page title={t('evaluations.title')} crumbs={[{ label: t('evaluations.title'), to: '/evaluations' }]} {...page}>
        <Shown read={evaluations}>{() => (one !== undefined ? <Whole evaluation={one} />
          : evaluations.hasMore ? <p role="status">{t('looking')}</p> : <EmptyState text={t('notFound')} />)}</Shown>
      </Page>
    );
  }
  return (
    <Page title={t('evaluations.title')} {...page}>
      <Shown read={evaluations}>{(rows) => (
        <DataTable<Evaluation> caption={t('evaluations.title')} rows={rows} rowKey={(row) => row.name} hasMore={evaluations.hasMore}
          onMore={evaluations.more} loading={evaluations.loading} empty={<p>{t('evaluations.none')}</p>}
          onOpen={(row) => void open(objectPath(row.name))}
          columns={[
            { key: 'name', title: t('reports.year'), render: (row) => <ObjectLink name={row.name}>{String(row.year)}</ObjectLink> },
            { key: 'authority', title: t('field.authority'), render: (row) => <BodyName name={row.authority} /> },
            { key: 'count', title: t('evaluations.count'), number: true, render: (row) => format.number(row.scorecards.length) },
            { key: 'time', title: t('field.published'), render: (row) => format.time(row.publishTime) },
          ]} />
      )}</Shown>
      {may(SupervisionService.method.publishEvaluation) && <Publish onDone={evaluations.reload} />}
    </Page>
  );
}

const KINDS = ['TIMELINESS', 'QUALITY', 'USE', 'SAFETY'] as const;

function Whole(props: { evaluation: Evaluation }): ReactNode {
  const t = useText();
  const format = useFormat();
  const scoreName = useScoreName();
  const points = usePoints();
  const { evaluation } = props;
  const of = (card: Scorecard, kind: string): string => {
    const score = card.scores.find((one) => one.kind === kind);
    return score === undefined ? '' : points(score.points);
  };
  return (
    <>
      <Facts rows={[
        [t('reports.year'), String(evaluation.year)], [t('field.authority'), <BodyName key="a" name={evaluation.authority} />],
        [t('field.published'), format.time(evaluation.publishTime)], [t('field.profile'), evaluation.profile],
      ]} />
      <Written text={evaluation.text} />
      <h2 id="scores">{t('evaluations.scores')}</h2>
      <DataTable<Scorecard> caption={t('evaluations.scores')} rows={evaluation.scorecards} rowKey={(card) => card.agency} columns={[
        { key: 'agency', title: t('field.agency'), render: (card) => <AgencyName name={card.agency} /> },
        { key: 'total', title: t('score.total'), number: true, render: (card) => points(card.total) },
        ...KINDS.map((kind) => ({ key: kind, title: scoreName(kind), number: true, render: (card: Scorecard) => of(card, kind) })),
      ]} />
      <Button onClick={() => saveCsv(`evaluation-${evaluation.year}`, [t('field.agency'), t('score.total'), ...KINDS.map(scoreName)],
        evaluation.scorecards.map((card) => [card.agency, points(card.total), ...KINDS.map((kind) => of(card, kind))]))}>{t('csv')}</Button>
    </>
  );
}

function Publish(props: { onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft('evaluation', { year: String(today(new Date()).year - 1), text: '' });
  const act = useAct(SupervisionService.method.publishEvaluation);
  const { year, text } = draft.value;
  const ready = /^2\d{3}$/.test(year) && text.trim() !== '';
  const send = async (): Promise<void> => {
    if (await act.run({ year: Number(year), text: text.trim() }) === undefined) return;
    draft.discard();
    props.onDone();
  };
  return (
    <section aria-labelledby="publish">
      <h2 id="publish">{t('evaluations.publish')}</h2>
      <p>{t('evaluations.effect')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void send(); }}>
        <TextField label={t('annual.ofYear')} name="year" type="number" value={year} error={act.error} required
          set={(to) => draft.set((old) => ({ ...old, year: to }))} />
        <TextField label={t('evaluations.text')} name="text" rows={10} max={8000} value={text} error={act.error} required
          set={(to) => draft.set((old) => ({ ...old, text: to }))} />
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} onReload={props.onDone} />
        <Button type="primary" htmlType="submit" loading={act.busy} disabled={!ready}>{t('sign')}</Button>
      </form>
    </section>
  );
}
