// SPDX-License-Identifier: Apache-2.0
// The authority's reports as files: monthly ranking, quarterly bulletin, annual report.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { toApiError, useBackend, type ApiError } from '@/api';
import { ReportFormat, ReportKind } from '@/gen/shareway/sharing/v1/report_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { ErrorPanel, Page, Status, saveAs, useUrlText } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { lastMonth, monthOf, quarterOf, yearOf, type Period } from './period';
import { useText } from './texts';

const KINDS = ['MONTHLY_RANKING', 'QUARTERLY_BULLETIN', 'ANNUAL_REPORT'] as const;
const FORMATS = ['HTML', 'XLSX'] as const;

export default function ReportsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const backend = useBackend();
  const before = lastMonth(new Date());
  const [kindText, setKind] = useUrlText('kind', KINDS[0]);
  const [formatText, setFormat] = useUrlText('format', FORMATS[0]);
  const [yearText, setYear] = useUrlText('year', String(before.year));
  const [monthText, setMonth] = useUrlText('month', String(before.month));
  const [quarterText, setQuarter] = useUrlText('quarter', '1');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [saved, setSaved] = useState<{ name: string; size: number }>();
  const kind = KINDS.find((one) => one === kindText) ?? KINDS[0];
  const media = FORMATS.find((one) => one === formatText) ?? FORMATS[0];
  const year = /^2\d{3}$/.test(yearText) ? Number(yearText) : 0;
  const month = Math.min(12, Math.max(1, Number(monthText) || 1));
  const quarter = Math.min(4, Math.max(1, Number(quarterText) || 1));
  const part = kind === 'MONTHLY_RANKING' ? month : kind === 'QUARTERLY_BULLETIN' ? quarter : 0;
  const period: Period = kind === 'MONTHLY_RANKING' ? monthOf(year, month)
    : kind === 'QUARTERLY_BULLETIN' ? quarterOf(year, quarter) : yearOf(year);
  const make = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setSaved(undefined);
    try {
      const file = await backend.call(SupervisionService.method.generateReport,
        { kind: ReportKind[kind], format: ReportFormat[media], year, part });
      saveAs(file.fileName, file.content, file.mediaType);
      setSaved({ name: file.fileName, size: file.content.length });
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page title={t('reports.title')}>
      <p>{t('reports.what')}</p>
      <form onSubmit={(event) => { event.preventDefault(); if (year > 0) void make(); }}>
        <ChoiceField label={t('reports.kind')} name="kind" value={kind} set={setKind} error={error}
          choices={KINDS.map((value) => ({ value, label: t(`reports.${value}`) }))} />
        <TextField label={t('reports.year')} name="year" type="number" value={yearText} set={setYear} error={error} required
          fault={year === 0 ? t('reports.yearBad') : undefined} />
        {kind === 'MONTHLY_RANKING' && (
          <ChoiceField label={t('reports.month')} name="part" value={String(month)} set={setMonth} error={error}
            choices={Array.from({ length: 12 }, (_, i) => ({ value: String(i + 1), label: String(i + 1) }))} />)}
        {kind === 'QUARTERLY_BULLETIN' && (
          <ChoiceField label={t('reports.quarter')} name="part" value={String(quarter)} set={setQuarter} error={error}
            choices={['1', '2', '3', '4'].map((value) => ({ value, label: value }))} />)}
        <ChoiceField label={t('reports.format')} name="format" value={media} set={setFormat} error={error}
          choices={FORMATS.map((value) => ({ value, label: t(`reports.${value}`) }))} />
        {year > 0 && <p>{t('reports.period', { from: format.day(period.from), to: format.day(period.to) })}</p>}
        <ErrorPanel error={error} />
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={busy} disabled={year === 0}>{t('reports.make')}</Button>
          {saved !== undefined && (
            <span role="status"><Status tone="good">{t('reports.saved', { name: saved.name, size: format.bytes(saved.size) })}</Status></span>)}
        </p>
      </form>
    </Page>
  );
}
