// SPDX-License-Identifier: Apache-2.0
// Compiling an entry. The form is the entry in protobuf's JSON, kept as a draft; the service checks it
// while it is typed (validate_only), and each fault stands at its field.
import { fromJson, toJson, type JsonObject } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { Button, Checkbox, Input, Select } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { namesOf, toApiError, useBackend, useCall, useWrite, type ApiError } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ResourceFormat, ResourceSchema, ShareClass, UpdateCycle, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { Method } from '@/gen/shareway/evidence/v1/exchange_pb';
import { usePerson } from '@/session/person';
import { DraftKeeper, ErrorPanel, Field, objectPath, Page, Shown, Status, useDraft } from '@/ui';
import { Bases, Conditions, Items } from './EditorLists';
import { type EntryForm, type Put } from './form';
import { useText, useValueWord } from './texts';

export default function EditorPage(): ReactNode {
  const t = useText();
  const { id } = useParams();
  const { agency } = usePerson();
  const name = `resources/${id ?? ''}`;
  const read = useCall(CatalogService.method.getResource, { name }, { when: id !== undefined });
  const crumbs = [{ label: t('search.title'), to: '/catalogue' }];
  if (id === undefined) {
    return <Page title={t('editor.newTitle')} crumbs={crumbs}><Editor initial={{ provider: agency, items: [{}] }} /></Page>;
  }
  return (
    <Page title={t('editor.editTitle')} updated={read.updated}
      crumbs={[...crumbs, { label: read.data?.title ?? name, to: objectPath(name) }]}>
      <Shown read={read}>
        {(entry) => <Editor initial={toJson(ResourceSchema, entry) as EntryForm} existing={name} />}
      </Shown>
    </Page>
  );
}

const WAIT = 700; // milliseconds without a key until it is checked

/** What the service says of the entry as it stands: undefined while nobody knows. */
function useFaults(form: EntryForm, existing: boolean): { checking: boolean; error: ApiError | undefined; good: boolean } {
  const backend = useBackend();
  const [state, setState] = useState<{ checking: boolean; error: ApiError | undefined; good: boolean }>(
    { checking: false, error: undefined, good: false });
  const key = JSON.stringify(form);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      setState((old) => ({ ...old, checking: true }));
      backend.call(CatalogService.method.createResource, { resource: entryOf(form), validateOnly: true }, { signal: stop.signal })
        .then(() => ({ checking: false, error: undefined, good: true }), (thrown: unknown) => {
          const error = toApiError(thrown);
          // An entry that is there has its code; the rules were kept, or they would have been told first.
          const good = existing && error.code === Code.AlreadyExists;
          return { checking: false, error: good ? undefined : error, good };
        }).then((next) => { if (!stop.signal.aborted) setState(next); });
    }, WAIT);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // The form is in the key.
  }, [backend, key, existing]);
  return state;
}

const entryOf = (form: EntryForm): Resource =>
  fromJson(ResourceSchema, form as JsonObject, { ignoreUnknownFields: true });

function Editor(props: { initial: EntryForm; existing?: string }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const go = useNavigate();
  const backend = useBackend();
  const { existing } = props;
  const draft = useDraft('entry', props.initial);
  const form = draft.value;
  const put: Put = (field, value) => draft.set((old) => ({ ...old, [field]: value }));
  const faults = useFaults(form, existing !== undefined);
  const create = useWrite(CatalogService.method.createResource);
  const update = useWrite(CatalogService.method.updateResource);
  const write = existing === undefined ? create : update;
  const error = write.error ?? faults.error;
  const save = async (): Promise<void> => {
    const saved = await (existing === undefined ? create.run({ resource: entryOf(form) }) : update.run({ resource: entryOf(form) }));
    if (saved === undefined) return;
    draft.discard();
    void go(objectPath(saved.name));
  };
  // What was typed stands on what is there now; nothing of it is lost.
  const adopt = async (): Promise<void> => {
    if (existing === undefined) return;
    const now = await backend.call(CatalogService.method.getResource, { name: existing });
    put('etag', now.etag);
    write.clear();
  };
  const text = (field: string, label: string, more: { long?: boolean; max?: number; hint?: string; required?: boolean } = {}): ReactNode => {
    const value = form[field];
    const shown = typeof value === 'string' ? value : '';
    return (
      <Field label={label} name={`resource.${snake(field)}`} error={error} {...(more.hint === undefined ? {} : { hint: more.hint })}
        required={more.required ?? false}>
        {(control) => (more.long === true
          ? <Input.TextArea {...control} value={shown} rows={3} maxLength={more.max ?? 500} onChange={(event) => put(field, event.target.value)} />
          : <Input {...control} value={shown} maxLength={more.max ?? 200} onChange={(event) => put(field, event.target.value)} />)}
      </Field>
    );
  };
  const list = (field: string, label: string, hint: string): ReactNode => <Words key={field} field={field} label={label} hint={hint}
    values={form[field]} put={put} error={error} />;
  const one = (field: string, label: string, type: Record<string, string | number>, words: string): ReactNode => (
    <Field label={label} name={`resource.${snake(field)}`} error={error} required>
      {(control) => (
        <Select {...control} value={(form[field] as string | undefined) ?? null} placeholder={t('editor.choose')}
          style={{ width: '100%' }} onChange={(value: string) => put(field, value)}
          options={namesOf(type).map((value) => ({ value, label: word(words, value) }))} />
      )}
    </Field>
  );
  const assessed = (form['assessment'] ?? {}) as Record<string, unknown>;
  const check = (field: string, label: string): ReactNode => (
    <div>
      <Checkbox checked={assessed[field] === true}
        onChange={(event) => put('assessment', { ...assessed, [field]: event.target.checked })}>{label}</Checkbox>
    </div>
  );
  const declared = form['declaredClass'];
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <DraftKeeper draft={draft} />
      {existing === undefined && text('category', t('field.category'), { max: 40 })}
      {existing === undefined && text('code', t('field.code'), { hint: t('editor.codeHint') })}
      {text('title', t('field.title'), { max: 100, required: true })}
      {text('abstract', t('field.abstract'), { long: true, max: 1000, required: true })}
      {one('format', t('field.format'), ResourceFormat as never, 'format')}
      {text('formatType', t('field.formatType'), { max: 50 })}
      {one('updateCycle', t('field.updateCycle'), UpdateCycle as never, 'update_cycle')}
      {one('declaredClass', t('field.declaredClass'), ShareClass as never, 'share_class')}
      {declared === 'NOT_SHARED' && text('notSharedReason', t('field.notSharedReason'), { long: true })}
      {declared === 'NOT_SHARED' && <Bases form={form} put={put} error={error} />}
      <Field label={t('field.methods')} name="resource.methods" error={error} inside>
        {(control) => (
          <Select {...control} mode="multiple" style={{ width: '100%' }} value={(form['methods'] as string[] | undefined) ?? []}
            onChange={(value: string[]) => put('methods', value)}
            options={namesOf(Method).map((value) => ({ value, label: word('method', value) }))} />
        )}
      </Field>
      <Items form={form} put={put} error={error} />
      {declared === 'CONDITIONAL' && <Conditions form={form} put={put} error={error} />}
      {text('useCondition', t('field.useCondition'), { long: true, hint: t('editor.useConditionHint') })}
      {list('keywords', t('field.keywords'), t('editor.keywordsHint'))}
      {list('related', t('field.related'), t('editor.listHint'))}
      {text('division', t('field.division'))}
      <fieldset className="sw-card">
        {check('secrecyCleared', t('editor.secrecyCleared'))}
        {check('personalInformationAssessed', t('editor.personalAssessed'))}
        {check('sharingSafetyAssessed', t('editor.safetyAssessed'))}
        <Field label={t('field.assessmentDocument')} name="resource.assessment.document" error={error}>
          {(control) => (
            <Input {...control} value={typeof assessed['document'] === 'string' ? assessed['document'] : ''} maxLength={200}
              onChange={(event) => put('assessment', { ...assessed, document: event.target.value })} />
          )}
        </Field>
      </fieldset>
      {existing !== undefined && text('changeReason', t('field.changeReason'), { long: true, max: 1000, hint: t('editor.narrowing') })}
      {existing !== undefined && text('serviceChange', t('field.serviceChange'))}
      <p role="status">
        {faults.checking ? t('editor.checking') : faults.good ? <Status tone="good">{t('editor.good')}</Status>
          : faults.error !== undefined && faults.error.fields.length > 0
            && <Status tone="warn">{t('editor.faults', { count: faults.error.fields.length })}</Status>}
      </p>
      <ErrorPanel error={write.error} onReload={() => void adopt()} />
      {faults.error !== undefined && faults.error.fields.length === 0 && write.error === undefined && <ErrorPanel error={faults.error} />}
      <Button type="primary" htmlType="submit" loading={write.busy}>{t('editor.save')}</Button>
    </form>
  );
}

/** A list of words, typed with blanks between them; the text stays as typed until it is left. */
function Words(props: { field: string; label: string; hint: string; values: unknown; put: Put; error: ApiError | undefined }): ReactNode {
  const values = Array.isArray(props.values) ? props.values as string[] : [];
  const [typed, setTyped] = useState(values.join(' '));
  return (
    <Field label={props.label} name={`resource.${snake(props.field)}`} hint={props.hint} error={props.error} inside>
      {(control) => (
        <Input {...control} value={typed} onChange={(event) => {
          setTyped(event.target.value);
          props.put(props.field, event.target.value.split(/\s+/).filter((word) => word !== ''));
        }} />
      )}
    </Field>
  );
}

/** The contract's name of a JSON field. */
const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
