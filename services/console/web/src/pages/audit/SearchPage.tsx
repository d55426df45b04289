// SPDX-License-Identifier: Apache-2.0
// Entries of the log by what they are about. Each search of a person is itself an entry of the log, so it
// is made when somebody asks for it, and never by itself.
import { Button } from 'antd';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { usePages } from '@/api';
import { AuditService, type LogEntry } from '@/gen/shareway/audit/v1/audit_service_pb';
import { RecordKind } from '@/gen/shareway/evidence/v1/record_pb';
import { useFormat } from '@/i18n/format';
import { useMay, usePerson } from '@/session/person';
import { AgencyName, DataTable, Field, Page, Shown, Status } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { TextField } from '@/ui/TextField';
import { KINDS, opened } from './record';
import { askedOf, filterOf, hasTerm, paramsOf, SearchLink, TERMS, useKindWord, type Filter } from './search';
import { useText } from './texts';

const RESULTS = ['SUCCEEDED', 'FAILED'] as const;

export default function SearchPage(): ReactNode {
  const t = useText();
  const kindWord = useKindWord();
  const person = usePerson();
  const [params, setParams] = useSearchParams();
  const asked = filterOf(params);
  const key = params.toString();
  // Nothing asked yet: the own agency is what most people look for.
  const begin = hasTerm(asked) ? asked : { ...asked, agency: person.agency };
  const [typed, setTyped] = useState<Filter>(begin);
  useEffect(() => { setTyped(begin); }, [key]);
  const [lacking, setLacking] = useState(false);
  const entries = usePages(AuditService.method.searchEntries, { ...askedOf(asked), pageSize: 50 },
    (answer) => answer.entries, { when: hasTerm(asked) });
  const field = (name: keyof Filter): { label: string; name: string; value: string; set: (to: string) => void;
    error: typeof entries.error } => ({
    label: t(`search.${name}`), name: name === 'from' ? 'start_time' : name === 'to' ? 'end_time' : name, value: typed[name],
    set: (to) => setTyped((old) => ({ ...old, [name]: to })), error: entries.error,
  });
  const search = (event: FormEvent): void => {
    event.preventDefault();
    const next = paramsOf(typed);
    const enough = TERMS.some((term) => next.has(term));
    setLacking(!enough);
    if (!enough) return;
    if (next.toString() === params.toString()) entries.reload();
    else setParams(next);
  };
  return (
    <Page title={t('search.title')} updated={entries.updated} loading={entries.loading}
      {...(hasTerm(asked) ? { onReload: entries.reload } : {})}>
      <p>{t('recorded')}</p>
      <form role="search" onSubmit={search}>
        <div className="sw-cards">
          <AgencyField {...field('agency')} />
          <TextField {...field('object')} hint={t('search.objectHint')} />
          <TextField {...field('exchange')} />
          <TextField {...field('request')} />
          <TextField {...field('grant')} />
          <TextField {...field('resource')} />
          <TextField {...field('person')} hint={t('search.personHint')} />
          <Choice {...field('kind')} choices={KINDS.map((value) => ({ value, label: kindWord(value) }))} />
          <Choice {...field('result')} choices={RESULTS.map((value) => ({ value, label: t(`result.${value}`) }))} />
          <TextField {...field('reason')} hint={t('search.reasonHint')} />
          <TextField {...field('from')} type="date" />
          <TextField {...field('to')} type="date" />
        </div>
        {lacking && <p role="alert"><Status tone="bad">{t('search.lacking')}</Status></p>}
        <Button type="primary" htmlType="submit">{t('search.go')}</Button>
      </form>
      {hasTerm(asked) && (
        <section aria-labelledby="found">
          <h2 id="found">{t('search.found')}</h2>
          <Shown read={entries}>{(rows) => (
            <Found key={key} rows={rows} hasMore={entries.hasMore} more={entries.more} loading={entries.loading} />
          )}</Shown>
        </section>
      )}
    </Page>
  );
}

/** One of many, or all; as wide as its column. */
function Choice(props: { label: string; name: string; value: string; set: (to: string) => void;
  choices: readonly { readonly value: string; readonly label: string }[] }): ReactNode {
  const t = useText();
  return (
    <Field label={props.label} name={props.name}>
      {({ status: _, ...control }) => (
        <select {...control} style={{ width: '100%' }} value={props.value} onChange={(event) => props.set(event.target.value)}>
          <option value="">{t('all')}</option>
          {props.choices.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </select>
      )}
    </Field>
  );
}

function Found(props: { rows: readonly LogEntry[]; hasMore: boolean; more: () => void; loading: boolean }): ReactNode {
  const t = useText();
  const format = useFormat();
  const kindWord = useKindWord();
  const open = useNavigate();
  const may = useMay();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = may(AuditService.method.exportEvidence);
  return (
    <>
      {props.hasMore && props.rows.length === 0 && <p role="status">{t('search.goOn')}</p>}
      {pages && chosen.size > 0 && (
        <p className="sw-row">
          <span role="status">{t('search.chosen', { count: chosen.size })}</span>
          <Button onClick={() => void open(`/evidence/export?${new URLSearchParams(
            [...chosen].map((index) => ['index', index])).toString()}`)}>{t('search.exportChosen')}</Button>
        </p>
      )}
      <DataTable<LogEntry> caption={t('search.found')} rows={props.rows} rowKey={(entry) => String(entry.index)}
        hasMore={props.hasMore} onMore={props.more} loading={props.loading} empty={<p>{t('search.none')}</p>}
        onOpen={(entry) => void open(`/evidence/${entry.index}`)}
        {...(pages ? { selected: chosen, onSelect: setChosen } : {})}
        columns={[
          { key: 'index', title: t('field.index'),
            render: (entry) => <SearchLink to={`/evidence/${entry.index}`}>{String(entry.index)}</SearchLink> },
          { key: 'time', title: t('field.time'), render: (entry) => format.time(opened(entry)?.record.time) },
          { key: 'kind', title: t('field.kind'), render: (entry) => {
            const record = opened(entry)?.record;
            return record === undefined ? t('entry.withheldShort') : kindWord(RecordKind[record.kind] ?? String(record.kind));
          } },
          { key: 'agencies', title: t('field.agencies'), render: (entry) => (
            <>{(opened(entry)?.record.agencies ?? []).map((name) => <div key={name}><AgencyName name={name} /></div>)}</>) },
          { key: 'object', title: t('field.object'), render: (entry) => {
            const record = opened(entry)?.record;
            return <bdi>{record === undefined ? '' : record.object || record.exchange || record.grant || record.request}</bdi>;
          } },
          { key: 'result', title: t('field.result'), render: (entry) => {
            const record = opened(entry)?.record;
            if (record === undefined) return '';
            return record.reason === '' ? <Status tone="good">{t('result.SUCCEEDED')}</Status>
              : <Status tone="warn">{t('result.withReason')} <code>{record.reason}</code></Status>;
          } },
        ]} />
    </>
  );
}
