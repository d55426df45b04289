// SPDX-License-Identifier: Apache-2.0
// Evidence packs to keep: of an exchange, of entries, of a case, of an agency's period. A long export comes as
// several packs, each complete in itself.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Button } from 'antd';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { toApiError, useBackend, type ApiError } from '@/api';
import type { ExportEvidenceRequestSchema } from '@/gen/shareway/audit/v1/audit_service_pb';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { ErrorPanel, Page, Status, saveAs } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { Checks } from './Checks';
import type { Step } from './check';
import { nextPack, packSteps, shapeOf } from './pack';
import type { Bytes } from './proof';
import { dayStart } from './search';
import { useText } from './texts';

const KINDS = ['case', 'exchange', 'index', 'agency'] as const;
type Kind = (typeof KINDS)[number];
interface Form { readonly kind: Kind; readonly object: string; readonly exchange: string; readonly indices: string;
  readonly agency: string; readonly from: string; readonly to: string }
type Request = MessageInitShape<typeof ExportEvidenceRequestSchema>;

export const indicesIn = (text: string): bigint[] | undefined => {
  const parts = text.split(/[\s,，、]+/).filter((part) => part !== '');
  if (parts.length === 0 || parts.length > 1000 || parts.some((part) => !/^(0|[1-9][0-9]{0,18})$/.test(part))) return undefined;
  return [...new Set(parts)].map(BigInt);
};

/** What the form asks; undefined if it is not complete. */
function requestOf(form: Form): Request | undefined {
  if (form.kind === 'exchange') return form.exchange.trim() === '' ? undefined : { exchange: form.exchange.trim() };
  if (form.kind === 'case') return form.object.trim() === '' ? undefined : { caseObject: form.object.trim() };
  if (form.kind === 'index') {
    const indices = indicesIn(form.indices);
    return indices === undefined ? undefined : { indices };
  }
  const startTime = dayStart(form.from);
  const endTime = dayStart(form.to, 1);
  if (form.agency.trim() === '' || startTime === undefined || endTime === undefined || endTime.seconds <= startTime.seconds) return undefined;
  return { agency: form.agency.trim(), startTime, endTime };
}

interface Kept { readonly file: string; readonly bytes: Bytes; readonly entries: number; readonly steps: readonly Step[] }

export default function ExportPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const backend = useBackend();
  const person = usePerson();
  const [params] = useSearchParams();
  const [form, setForm] = useState<Form>(() => ({
    kind: params.has('index') ? 'index' : params.has('exchange') ? 'exchange' : params.has('agency') ? 'agency' : 'case',
    object: params.get('object') ?? '', exchange: params.get('exchange') ?? '', indices: params.getAll('index').join(' '),
    agency: params.get('agency') ?? person.agency, from: params.get('from') ?? '', to: params.get('to') ?? '',
  }));
  const [running, setRunning] = useState<{ request: Request; stem: string } | undefined>();
  const [next, setNext] = useState<string>(); // undefined: nothing asked yet; empty: all is there
  const [packs, setPacks] = useState<readonly Kept[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => { here.current = false; };
  }, []);
  const request = requestOf(form);
  const set = (key: keyof Form) => (value: string): void => setForm((old) => ({ ...old, [key]: value }));
  const get = async (job: { request: Request; stem: string }, token: string, before: readonly Kept[]): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const pack = await nextPack(backend, job.request, token, () => here.current);
      if (pack.bytes.length > 0) {
        const file = `evidence-${job.stem}-${before.length + 1}.json`;
        saveAs(file, pack.bytes, 'application/json');
        setPacks([...before, { file, bytes: pack.bytes, entries: shapeOf(pack.bytes)?.entries ?? 0, steps: await packSteps(pack.bytes) }]);
      }
      setNext(pack.next);
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const begin = (event: FormEvent): void => {
    event.preventDefault();
    if (request === undefined) return;
    const stem = (form.kind === 'case' ? form.object : form.kind === 'exchange' ? form.exchange
      : form.kind === 'agency' ? `${form.agency}-${form.from}-${form.to}` : 'entries').trim().replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 80);
    const job = { request, stem };
    setRunning(job);
    setPacks([]);
    setNext(undefined);
    void get(job, '', []);
  };
  return (
    <Page title={t('pack.title')}>
      <p>{t('pack.what')}</p>
      <p>{t('recorded')}</p>
      <form onSubmit={begin}>
        <ChoiceField label={t('pack.kind')} name="kind" value={form.kind} set={set('kind')}
          choices={KINDS.map((value) => ({ value, label: t(`pack.of.${value}`) }))} />
        {form.kind === 'case' && (
          <TextField label={t('pack.object')} name="case_object" value={form.object} set={set('object')} error={error}
            hint={t('pack.objectHint')} required />)}
        {form.kind === 'exchange' && (
          <TextField label={t('search.exchange')} name="exchange" value={form.exchange} set={set('exchange')} error={error} required />)}
        {form.kind === 'index' && (
          <TextField label={t('pack.indices')} name="indices" inside value={form.indices} set={set('indices')} error={error} rows={3}
            hint={t('pack.indicesHint')} required
            fault={form.indices.trim() !== '' && request === undefined ? t('pack.indicesWrong') : undefined} />)}
        {form.kind === 'agency' && (
          <>
            <AgencyField label={t('search.agency')} name="agency" value={form.agency} set={set('agency')} error={error} required />
            <TextField label={t('search.from')} name="start_time" type="date" value={form.from} set={set('from')} error={error} required />
            <TextField label={t('search.to')} name="end_time" type="date" value={form.to} set={set('to')} error={error} required />
          </>)}
        <Button type="primary" htmlType="submit" loading={busy} disabled={request === undefined}>{t('pack.export')}</Button>
      </form>
      <ErrorPanel error={error} />
      {next === '' && packs.length === 0 && <p role="status">{t('pack.none')}</p>}
      {packs.length > 0 && (
        <section aria-labelledby="packs">
          <h2 id="packs">{t('pack.files')}</h2>
          {packs.map((pack) => (
            <article key={pack.file} className="sw-card" aria-label={pack.file}>
              <p className="sw-row">
                <strong>{pack.file}</strong>
                <span>{t('pack.entries', { count: pack.entries })} · {format.bytes(pack.bytes.length)}</span>
                <Button size="small" onClick={() => saveAs(pack.file, pack.bytes, 'application/json')}>{t('pack.again')}</Button>
              </p>
              <Checks steps={pack.steps} />
            </article>
          ))}
        </section>
      )}
      {running !== undefined && next !== undefined && packs.length > 0 && (next === ''
        ? <p><Status tone="good">{t('pack.complete')}</Status></p>
        : (
          <p className="sw-row">
            <Status tone="warn">{t('pack.more')}</Status>
            <Button loading={busy} onClick={() => void get(running, next, packs)}>{t('pack.next')}</Button>
          </p>
        ))}
    </Page>
  );
}
