// SPDX-License-Identifier: Apache-2.0
// Supervision at a glance: who shares with whom, how far requests come, how near the last day answers are,
// whose data are stale. Every figure is counted from lists that the person may read.
import { Button } from 'antd';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { LIVE, useBackend, usePages, type Pages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Finding_State } from '@/gen/shareway/sharing/v1/finding_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import type { SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { agencyName, ErrorPanel, Page, PlotWithTable, Shown, Status, useUrlText } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { answersOf, BINS, funnelOf, pairsOf, staleOf, STAGES, submittedIn, topOf, type Pair } from './figures';
import { useText } from './texts';
import { useReadOn } from './words';

const PAGE = 500;
const MOST = 2000; // requests or grants that are read by themselves; more on demand
const BODIES = 20; // on an axis; the table has all
const SLOW = 120; // seconds: whole lists are read again

/** Display names of agencies, as they come. */
function useNames(names: readonly string[]): (name: string) => string {
  const backend = useBackend();
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const key = names.join(' ');
  useEffect(() => {
    let wanted = true;
    void Promise.all(key.split(' ').filter((name) => name !== '').map(async (name) => [name, await agencyName(backend, name)] as const))
      .then((found) => { if (wanted) setKnown(new Map(found)); });
    return () => { wanted = false; };
  }, [backend, key]);
  return (name) => known.get(name) ?? name;
}

export default function PlotsPage(): ReactNode {
  const t = useText();
  const [from, setFrom] = useUrlText('from');
  const [to, setTo] = useUrlText('to');
  const [of, setOf] = useUrlText('of', 'REQUESTS');
  const requests = usePages(RequestService.method.listRequests, { pageSize: PAGE }, (answer) => answer.requests, { poll: SLOW });
  const grants = usePages(GrantService.method.listGrants, { pageSize: PAGE }, (answer) => answer.grants, { poll: SLOW, when: of === 'GRANTS' });
  useReadOn(requests, (requests.data?.length ?? 0) < MOST);
  useReadOn(grants, (grants.data?.length ?? 0) < MOST);
  const within = submittedIn(requests.data ?? [], from, to);
  return (
    <Page title={t('plots.title')} updated={requests.updated} onReload={requests.reload} loading={requests.loading}>
      <Figures />
      <p>{t('plots.what')}</p>
      <div className="sw-row">
        <TextField label={t('plots.from')} name="from" type="date" value={from} set={setFrom} />
        <TextField label={t('plots.to')} name="to" type="date" value={to} set={setTo} />
      </div>
      <Shown read={requests}>{() => (
        <>
          <Part rows={within.length} pages={requests} />
          <Funnel requests={within} />
          <Answers requests={within} />
        </>
      )}</Shown>
      <ChoiceField label={t('plots.heatOf')} name="of" value={of} set={setOf}
        choices={[{ value: 'REQUESTS', label: t('plots.REQUESTS') }, { value: 'GRANTS', label: t('plots.GRANTS') }]} />
      {of === 'GRANTS'
        ? <Shown read={grants}>{(rows) => <><Part rows={rows.length} pages={grants} /><Heat pairs={pairsOf(rows)} /></>}</Shown>
        : requests.data !== undefined && <Heat pairs={pairsOf(within)} />}
      <Freshness />
    </Page>
  );
}

/** How many rows the figures are counted from, and whether there are older ones. */
function Part<T, O>(props: { rows: number; pages: Pages<T, O> }): ReactNode {
  const t = useText();
  const { pages } = props;
  const whole = !pages.hasMore;
  return (
    <p className="sw-row">
      <span role="status">{t(whole ? 'plots.all' : 'plots.some', { count: props.rows, read: pages.data?.length ?? 0 })}</span>
      {!whole && <Button size="small" loading={pages.loading} onClick={pages.more}>{t('plots.older')}</Button>}
    </p>
  );
}

const LOOK = 200; // rows that a figure of the first cards is counted from; more are shown as +

function Figures(): ReactNode {
  const t = useText();
  const format = useFormat();
  const { listClocks, listFindings } = SupervisionService.method;
  const overdue = usePages(listClocks, { pageSize: LOOK, overdue: true }, (answer) => answer.clocks, { poll: LIVE });
  const warnings = usePages(listFindings, { pageSize: LOOK, state: Finding_State.PREWARNING }, (answer) => answer.findings, { poll: LIVE });
  const clues = usePages(listFindings, { pageSize: LOOK, state: Finding_State.SUSPECTED }, (answer) => answer.findings, { poll: LIVE });
  const cards = [
    ['/clocks?view=OVERDUE', t('plots.overdue'), overdue, 'bad'],
    ['/findings?state=PREWARNING', t('finding.PREWARNING'), warnings, 'warn'],
    ['/findings?state=SUSPECTED', t('finding.SUSPECTED'), clues, 'bad'],
  ] as const;
  return (
    <>
      <div className="sw-cards">
        {cards.map(([to, label, pages, tone]) => (
          <Link key={to} className="sw-card" to={to}>
            <div>{(pages.data?.length ?? 0) > 0 ? <Status tone={tone}>{label}</Status> : label}</div>
            <div className="sw-figure">{pages.data === undefined ? '…' : format.number(pages.data.length)}{pages.hasMore && '+'}</div>
          </Link>
        ))}
      </div>
      {cards.map(([to, , pages]) => <ErrorPanel key={to} error={pages.error} onRetry={pages.reload} />)}
    </>
  );
}

function Funnel(props: { requests: readonly SharingRequest[] }): ReactNode {
  const t = useText();
  const counts = funnelOf(props.requests);
  const key = JSON.stringify(STAGES.map((stage) => [t(`plots.${stage}`), counts[stage]]));
  const rows = JSON.parse(key) as [string, number][];
  const option = useMemo(() => ({
    tooltip: {},
    series: [{ type: 'funnel', sort: 'none', label: { formatter: '{b}: {c}' }, left: '10%', width: '80%',
      data: (JSON.parse(key) as [string, number][]).map(([name, value]) => ({ name, value })) }],
  }), [key]);
  return <PlotWithTable title={t('plots.funnel')} option={option} file="requests-funnel" head={[t('plots.stage'), t('plots.count')]} rows={rows} />;
}

function Answers(props: { requests: readonly SharingRequest[] }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { bins, count, median } = answersOf(props.requests);
  const limit = t('plots.limit');
  const key = JSON.stringify(BINS.map((bin) => [t(`plots.${bin}`), bins[bin]]));
  const rows = JSON.parse(key) as [string, number][];
  const option = useMemo(() => {
    const data = JSON.parse(key) as [string, number][];
    return {
      tooltip: {}, grid: { bottom: 60 }, yAxis: { type: 'value', minInterval: 1 },
      xAxis: { type: 'category', data: data.map(([name]) => name), axisLabel: { interval: 0, rotate: 20 } },
      series: [{ type: 'bar', data: data.map(([, value]) => value), label: { show: true, position: 'top' },
        // The last day that the law allows.
        markLine: { symbol: 'none', label: { formatter: limit }, data: [{ xAxis: BINS.indexOf('last') }] } }],
    };
  }, [key, limit]);
  return (
    <>
      <PlotWithTable title={t('plots.answers')} option={option} file="answers" head={[t('plots.distance'), t('plots.count')]} rows={rows} />
      <p>{median === undefined ? t('plots.noAnswers') : t('plots.median', { count, days: format.number(median) })}</p>
    </>
  );
}

function Heat(props: { pairs: readonly Pair[] }): ReactNode {
  const t = useText();
  const { pairs } = props;
  const providers = topOf(pairs, 'provider', BODIES);
  const consumers = topOf(pairs, 'consumer', BODIES);
  const name = useNames([...new Set(pairs.flatMap(({ provider, consumer }) => [provider, consumer]))]);
  const key = JSON.stringify({ x: consumers.map(name), y: providers.map(name), cells: pairs.flatMap(({ provider, consumer, count }) => {
    const at = [consumers.indexOf(consumer), providers.indexOf(provider)];
    return at.includes(-1) ? [] : [[...at, count]];
  }) });
  const option = useMemo(() => {
    const { x, y, cells } = JSON.parse(key) as { x: string[]; y: string[]; cells: [number, number, number][] };
    return {
      tooltip: {}, grid: { left: 160, bottom: 110, top: 20 },
      xAxis: { type: 'category', data: x, axisLabel: { interval: 0, rotate: 30, width: 120, overflow: 'truncate' } },
      yAxis: { type: 'category', data: y, inverse: true, axisLabel: { width: 140, overflow: 'truncate' } },
      visualMap: { min: 0, max: Math.max(1, ...cells.map(([, , count]) => count)), orient: 'horizontal', left: 'center', bottom: 0 },
      // A cell has its number; patterns over it would hide the shade.
      series: [{ type: 'heatmap', data: cells, label: { show: true },
        itemStyle: { decal: { symbol: 'none' }, borderWidth: 1, borderColor: 'rgba(128, 128, 128, 0.5)' } }],
    };
  }, [key]);
  if (pairs.length === 0) return <p>{t('plots.noPairs')}</p>;
  return (
    <PlotWithTable title={t('plots.heat')} option={option} file="providers-consumers"
      head={[t('field.provider'), t('field.consumer'), t('plots.count')]}
      rows={pairs.map(({ provider, consumer, count }) => [name(provider), name(consumer), count])} />
  );
}

function Freshness(): ReactNode {
  const t = useText();
  const stale = usePages(CatalogService.method.listStale, { pageSize: PAGE }, (answer) => answer.resources, { poll: SLOW });
  useReadOn(stale, (stale.data?.length ?? 0) < MOST);
  const by = staleOf(stale.data ?? []);
  const name = useNames(by.map(({ provider }) => provider));
  const key = JSON.stringify(by.slice(0, BODIES).map((one) => [name(one.provider), one.count]));
  const option = useMemo(() => {
    const rows = JSON.parse(key) as [string, number][];
    return {
      tooltip: {}, grid: { left: 160 }, xAxis: { type: 'value', minInterval: 1 },
      yAxis: { type: 'category', inverse: true, data: rows.map(([one]) => one), axisLabel: { width: 140, overflow: 'truncate' } },
      series: [{ type: 'bar', data: rows.map(([, count]) => count), label: { show: true, position: 'right' } }],
    };
  }, [key]);
  return (
    <section aria-labelledby="freshness">
      <h2 id="freshness">{t('plots.freshness')}</h2>
      <Shown read={stale}>{() => (by.length === 0 && !stale.hasMore ? <p>{t('plots.fresh')}</p> : (
        <PlotWithTable title={t('plots.stale')} option={option} file="stale"
          head={[t('field.provider'), t('plots.staleCount'), t('plots.longest'), t('plots.reminders')]}
          rows={by.map((one) => [name(one.provider), one.count, one.longest, one.reminders])} />
      ))}</Shown>
    </section>
  );
}
