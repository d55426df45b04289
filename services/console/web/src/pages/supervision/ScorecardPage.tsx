// SPDX-License-Identifier: Apache-2.0
// An agency's scores in a period, with the counts that they come from and how they follow from these.
import { useMemo, type ReactNode } from 'react';
import { LIVE, useCall } from '@/api';
import type { Score, Scorecard } from '@/gen/shareway/sharing/v1/report_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { hasText, useAreaText } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { AgencyName, Facts, Page, PlotWithTable, Shown, useUrlText } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { TextField } from '@/ui/TextField';
import { lastMonth, monthOf } from './period';
import { useText } from './texts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function useScoreName(): (kind: string) => string {
  const t = useAreaText('supervision');
  return (kind) => (hasText('supervision', `score.${kind}`) ? t(`score.${kind}`) : kind);
}

/** Points, or that there was nothing to judge by. */
export function usePoints(): (points: number) => string {
  const t = useText();
  return (points) => (points < 0 ? t('score.nothing') : String(points));
}

export default function ScorecardPage(): ReactNode {
  const t = useText();
  const person = usePerson();
  const { year, month } = lastMonth(new Date());
  const whole = monthOf(year, month);
  const [agency, setAgency] = useUrlText('agency', person.agency);
  const [from, setFrom] = useUrlText('from', whole.from);
  const [to, setTo] = useUrlText('to', whole.to);
  const when = agency.trim() !== '' && DAY.test(from) && DAY.test(to) && from <= to;
  const card = useCall(SupervisionService.method.getScorecard, { agency: agency.trim(), fromDate: from, toDate: to }, { poll: LIVE, when });
  return (
    <Page title={t('score.title')} updated={card.updated} onReload={card.reload} loading={card.loading}>
      <p>{t('score.what')}</p>
      <AgencyField label={t('field.agency')} name="agency" value={agency} set={setAgency} error={card.error} required />
      <div className="sw-row">
        <TextField label={t('score.from')} name="from_date" type="date" value={from} set={setFrom} error={card.error} required />
        <TextField label={t('score.to')} name="to_date" type="date" value={to} set={setTo} error={card.error} required
          fault={DAY.test(from) && DAY.test(to) && from > to ? t('score.order') : undefined} />
      </div>
      {when && <Shown read={card}>{(data) => <Card card={data} />}</Shown>}
    </Page>
  );
}

function Card(props: { card: Scorecard }): ReactNode {
  const t = useText();
  const format = useFormat();
  const name = useScoreName();
  const points = usePoints();
  const { card } = props;
  const judged = card.scores.filter((score) => score.points >= 0);
  const key = JSON.stringify(judged.map((score) => [name(score.kind), score.points]));
  const option = useMemo(() => {
    const rows = JSON.parse(key) as [string, number][];
    return {
      tooltip: {}, grid: { left: 120, right: 40 }, xAxis: { type: 'value', min: 0, max: 100 },
      yAxis: { type: 'category', inverse: true, data: rows.map(([kind]) => kind) },
      series: [{ type: 'bar', data: rows.map(([, value]) => value), label: { show: true, position: 'right' } }],
    };
  }, [key]);
  return (
    <>
      <Facts rows={[
        [t('field.agency'), <AgencyName key="a" name={card.agency} />],
        [t('score.period'), `${format.day(card.fromDate)} – ${format.day(card.toDate)}`],
        [t('score.total'), points(card.total)],
        [t('score.kept'), format.number(card.promisesKept)],
        [t('score.broken'), format.number(card.promisesBroken)],
      ]} />
      {judged.length > 0 && (
        <PlotWithTable title={t('score.plot')} option={option} file={`scorecard-${card.fromDate}-${card.toDate}`}
          head={[t('score.kind'), t('score.points')]} rows={judged.map((score) => [name(score.kind), score.points])} />
      )}
      {card.scores.map((score) => <Part key={score.kind} score={score} />)}
    </>
  );
}

function Part(props: { score: Score }): ReactNode {
  const t = useText();
  const format = useFormat();
  const name = useScoreName();
  const points = usePoints();
  const { score } = props;
  return (
    <section aria-labelledby={`score-${score.kind}`}>
      <h2 id={`score-${score.kind}`}>{name(score.kind)}: {points(score.points)}</h2>
      <p><bdi>{score.formula}</bdi></p>
      {score.counts.length > 0 && <table className="sw-table">
        <caption className="sw-only-read">{name(score.kind)}</caption>
        <thead><tr><th scope="col">{t('score.count')}</th><th scope="col">{t('score.many')}</th></tr></thead>
        <tbody>
          {score.counts.map((count) => (
            <tr key={count.key}><th scope="row"><bdi>{count.label}</bdi></th><td className="sw-number">{format.number(count.count)}</td></tr>
          ))}
        </tbody>
      </table>}
    </section>
  );
}
