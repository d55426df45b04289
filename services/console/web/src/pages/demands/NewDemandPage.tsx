// SPDX-License-Identifier: Apache-2.0
// Asks for data that the catalogue does not have.
import { Alert, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useWrite, type ApiError } from '@/api';
import { DemandService } from '@/gen/shareway/sharing/v1/demand_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { useMay } from '@/session/person';
import { DraftKeeper, ErrorPanel, ObjectLink, Page, objectPath, useDraft } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

interface Wanted { readonly id: string; readonly title: string }
const MOST_ITEMS = 200;
const NONE: Wanted = { id: '', title: '' };

export default function NewDemandPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('demand', {
    title: query.get('title') ?? '', legalBasis: '', scenario: '', presumedSource: query.get('source') ?? '', items: [NONE] as readonly Wanted[],
  });
  const write = useWrite(DemandService.method.createDemand);
  const [checked, setChecked] = useState('');
  const { value } = draft;
  const { error } = write;
  const text = (key: 'title' | 'legalBasis' | 'scenario' | 'presumedSource') => ({
    value: value[key], error, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const setItem = (at: number, to: Partial<Wanted>): void =>
    draft.set((old) => ({ ...old, items: old.items.map((item, i) => (i === at ? { ...item, ...to } : item)) }));
  const request = {
    title: value.title.trim(), legalBasis: value.legalBasis.trim(), scenario: value.scenario.trim(), presumedSource: value.presumedSource.trim(),
    items: value.items.map(({ id, title }) => ({ id: id.trim(), title: title.trim() })),
  };
  const key = JSON.stringify(request);
  const send = async (validateOnly: boolean): Promise<void> => {
    setChecked('');
    const made = await write.run({ ...request, validateOnly });
    if (made === undefined) return;
    if (validateOnly) { setChecked(key); return; }
    draft.discard();
    void go(objectPath(made.name));
  };
  return (
    <Page title={t('publish.title')} crumbs={[{ label: t('list.title'), to: '/demands' }]}>
      <p>{t('publish.noSecret')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(false); }}>
        <TextField label={t('field.title')} name="title" {...text('title')} max={100} required hint={t('publish.titleHint')} />
        <fieldset className="sw-card">
          <legend>{t('field.items')}</legend>
          <p className="sw-hint">{t('publish.itemsHint')}</p>
          {error?.faultsOf('items').map((rule) => <p key={rule} role="alert"><bdi>{rule}</bdi></p>)}
          {value.items.map((item, at) => (
            // Rows have no names of their own; each keeps its place.
            <div className="sw-row" key={at}>
              <TextField label={t('publish.item', { number: at + 1 })} name={`items[${at}].title`} value={item.title} max={100} required error={error}
                set={(title) => setItem(at, { title })} />
              <TextField label={t('publish.itemId', { number: at + 1 })} name={`items[${at}].id`} value={item.id} max={64} error={error}
                set={(id) => setItem(at, { id })} />
              {value.items.length > 1 && (
                <Button aria-label={t('publish.remove', { number: at + 1 })} title={t('publish.remove', { number: at + 1 })}
                  onClick={() => draft.set((old) => ({ ...old, items: old.items.filter((_, i) => i !== at) }))}>×</Button>
              )}
            </div>
          ))}
          <Button disabled={value.items.length >= MOST_ITEMS}
            onClick={() => draft.set((old) => ({ ...old, items: [...old.items, NONE] }))}>{t('publish.add')}</Button>
        </fieldset>
        <TextField label={t('field.basis')} name="legal_basis" {...text('legalBasis')} rows={2} max={500} required hint={t('publish.basisHint')} />
        <TextField label={t('field.scenario')} name="scenario" {...text('scenario')} rows={4} max={1000} required />
        <AgencyField label={t('field.presumed')} name="presumed_source" {...text('presumedSource')} hint={t('publish.presumedHint')} />
        {checked !== '' && <p role="status">{t(checked === key ? 'publish.checked' : 'publish.changed')}</p>}
        <Known error={error} />
        <ErrorPanel error={error} />
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={write.busy}>{t('publish.send')}</Button>
          <Button loading={write.busy} onClick={() => void send(true)}>{t('publish.check')}</Button>
        </p>
      </form>
    </Page>
  );
}

// The service refuses a demand for what is published, and names the entry: that one can be asked for.
function Known(props: { error: ApiError | undefined }): ReactNode {
  const t = useText();
  const may = useMay();
  const { error } = props;
  const resource = error?.metadata['resource'];
  if (error?.reason !== 'ALREADY_CATALOGUED' || resource === undefined) return null;
  return (
    <Alert type="info" showIcon role="status" style={{ marginBottom: '1rem' }} title={(
      <span className="sw-row">
        {t('publish.known')}<ObjectLink name={resource}>{error.metadata['title']}</ObjectLink>
        {may(RequestService.method.createRequest) && <Link to={`/requests/new?resource=${encodeURIComponent(resource)}`}>{t('publish.ask')}</Link>}
      </span>
    )} />
  );
}
