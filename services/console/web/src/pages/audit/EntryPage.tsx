// SPDX-License-Identifier: Apache-2.0
// One entry of the log: what its record says, and the proof that the log holds it, checked here and now.
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { Button } from 'antd';
import { LIVE, hexOf, useCall } from '@/api';
import { AuditService, type LogEntry } from '@/gen/shareway/audit/v1/audit_service_pb';
import { Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { RecordKind, type AuditRecord } from '@/gen/shareway/evidence/v1/record_pb';
import { useLocale } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, EmptyState, ErrorPanel, Facts, ObjectLink, Page, Shown, saveAs } from '@/ui';
import { entrySteps } from './check';
import { Checks, useChecked } from './Checks';
import { parseNote } from './note';
import { actOf, opened } from './record';
import { SearchLink, useKindWord } from './search';
import { Signatures } from './Signatures';
import { useText } from './texts';
import { useCheckpoint } from './useCheckpoint';

const MOST = 1n << 64n;

export default function EntryPage(): ReactNode {
  const t = useText();
  const { index: text = '' } = useParams();
  const crumbs = [{ label: t('search.title'), to: '/evidence' }];
  const right = /^(0|[1-9][0-9]{0,19})$/.test(text) && BigInt(text) + 1n < MOST;
  if (!right) {
    return <Page title={t('entry.title', { index: text })} crumbs={crumbs}><EmptyState text={t('entry.noIndex')} /></Page>;
  }
  return <Entry index={BigInt(text)} crumbs={crumbs} key={text} />;
}

const sizeOf = (note: string): bigint => {
  try {
    return parseNote(note).size;
  } catch {
    return 0n;
  }
};

function Entry(props: { index: bigint; crumbs: { label: string; to: string }[] }): ReactNode {
  const t = useText();
  const may = useMay();
  const locale = useLocale();
  const { index } = props;
  // A person's reading is itself recorded, so it is read once; the tree's heads may be asked for at will.
  const entries = useCall(AuditService.method.getEntries, { begin: index, end: index + 1n });
  const [covered, setCovered] = useState(false);
  const checkpoint = useCheckpoint(covered ? 0 : LIVE);
  const size = checkpoint.read.data === undefined ? 0n : sizeOf(checkpoint.read.data.note);
  if (!covered && size > index) setCovered(true);
  const proof = useCall(AuditService.method.getInclusionProof, { index, size }, { when: size > index });
  const entry = entries.data?.entries.find((one) => one.index === index);
  const settled = proof.data !== undefined || proof.error !== undefined || (size <= index && checkpoint.read.data !== undefined) ||
    checkpoint.read.error !== undefined;
  const steps = useChecked(
    entry === undefined || !settled ? '' : `${index} ${hexOf(entry.commitment)} ${checkpoint.read.data?.note ?? ''} ${String(proof.data?.size)}`,
    () => (entry === undefined ? Promise.resolve([]) : entrySteps(entry, checkpoint.read.data, proof.data)));
  const reload = (): void => {
    entries.reload();
    checkpoint.read.reload();
  };
  return (
    <Page title={t('entry.title', { index: String(index) })} crumbs={props.crumbs} updated={entries.updated}
      onReload={reload} loading={entries.loading || checkpoint.read.loading}
      actions={(
        <>
          {/* A page of the console itself, not of this application. */}
          <Button href={`/print/evidence/${index}?lang=${locale}`} target="_blank" rel="noopener">{t('entry.print')}</Button>
          {may(AuditService.method.exportEvidence) && <SearchLink to={`/evidence/export?index=${index}`}>{t('entry.export')}</SearchLink>}
        </>
      )}>
      <p className="sw-hint">{t('recorded')}</p>
      <Shown read={entries}>
        {() => (entry === undefined ? <EmptyState text={t('entry.none')} /> : <Record entry={entry} />)}
      </Shown>
      {entry !== undefined && (
        <section aria-labelledby="entry-proof">
          <h2 id="entry-proof">{t('entry.proof')}</h2>
          <p>{t('entry.proofHow')}</p>
          <ErrorPanel error={checkpoint.read.error ?? proof.error} onRetry={reload} />
          <Checks steps={steps === undefined || (checkpoint.steps === undefined && checkpoint.read.error === undefined)
            ? undefined : [...steps, ...(checkpoint.steps ?? [])]} />
          <details>
            <summary>{t('entry.values')}</summary>
            <Facts rows={[
              [t('field.commitment'), <code key="c">{hexOf(entry.commitment)}</code>],
              [t('field.salt'), entry.sealed !== undefined && <code>{hexOf(entry.sealed.salt)}</code>],
              [t('field.path'), proof.data !== undefined && (
                <div className="sw-code">{proof.data.path.map(hexOf).join('\n')}</div>)],
              [t('field.note'), checkpoint.read.data !== undefined && (
                <div className="sw-code">{checkpoint.read.data.note}</div>)],
            ].map(([label, value]) => [label, value === false ? undefined : value] as [string, ReactNode])} />
          </details>
        </section>
      )}
      {entry?.sealed !== undefined && may(AuditService.method.exportEvidence) && <Signatures entry={entry} />}
    </Page>
  );
}

function Record(props: { entry: LogEntry }): ReactNode {
  const t = useText();
  const { entry } = props;
  const found = opened(entry);
  if (found === undefined) {
    return <EmptyState text={t(entry.sealed === undefined ? 'entry.withheld' : 'entry.unreadable')} />;
  }
  return <RecordFacts record={found.record} index={entry.index} />;
}

function RecordFacts(props: { record: AuditRecord; index: bigint }): ReactNode {
  const t = useText();
  const format = useFormat();
  const kind = useKindWord();
  const { record } = props;
  const act = actOf(record);
  const link = (name: string): ReactNode => (name === '' ? '' : <ObjectLink name={name} />);
  const digest = (bytes: Uint8Array): ReactNode => (bytes.length === 0 ? '' : <code>{hexOf(bytes)}</code>);
  const count = (value: bigint): string => (value === 0n ? '' : format.number(value));
  const code = (text: string): ReactNode => (text === '' ? '' : <code>{text}</code>);
  return (
    <section aria-labelledby="entry-record">
      <h2 id="entry-record">{t('entry.record')}</h2>
      <Facts rows={[
        [t('field.kind'), kind(RecordKind[record.kind] ?? String(record.kind))],
        [t('field.time'), format.time(record.time)],
        [t('field.producer'), code(record.producer)],
        [t('field.sequence'), String(record.sequence)],
        [t('field.agencies'), record.agencies.length === 0 ? '' : (
          <>{record.agencies.map((name) => <div key={name}><AgencyName name={name} /></div>)}</>)],
        [t('field.object'), link(record.object)],
        [t('field.resource'), link(record.resource)],
        [t('field.request'), link(record.request)],
        [t('field.grant'), link(record.grant)],
        [t('field.exchange'), record.exchange === '' ? '' : (
          <SearchLink to={`/evidence?exchange=${encodeURIComponent(record.exchange)}`}>{record.exchange}</SearchLink>)],
        [t('field.attempt'), record.attempt === 0 ? '' : String(record.attempt)],
        [t('field.method'), record.method === Method.METHOD_UNSPECIFIED ? '' : t(`method.${Method[record.method] as 'QUERY'}`)],
        [t('field.operation'), record.operation],
        [t('field.purpose'), record.purpose === Purpose.PURPOSE_UNSPECIFIED ? '' : t(`purpose.${Purpose[record.purpose] as 'OTHER'}`)],
        [t('field.nodes'), record.nodes.join('\n')],
        [t('field.count'), count(record.recordCount)],
        [t('field.bytes'), record.payloadBytes === 0n ? '' : format.bytes(record.payloadBytes)],
        [t('field.reason'), code(record.reason)],
        [t('field.rule'), record.rule],
        [t('field.person'), act?.person],
        [t('field.act'), act === undefined ? '' : `${act.method} · ${format.time(act.time)}`],
        [t('field.requestDigest'), digest(record.requestDigest)],
        [t('field.responseDigest'), digest(record.responseDigest)],
        [t('field.itemDigest'), digest(record.itemSetDigest)],
        [t('field.caseDigest'), digest(record.caseDigest)],
        [t('field.operatorDigest'), digest(record.operatorDigest)],
        [t('field.state'), record.state.length === 0 ? '' : (
          <Button size="small" onClick={() => saveAs(`evidence-${props.index}-state.bin`, record.state, 'application/octet-stream')}>
            {t('entry.saveState', { size: format.bytes(record.state.length) })}
          </Button>)],
      ]} />
    </section>
  );
}
