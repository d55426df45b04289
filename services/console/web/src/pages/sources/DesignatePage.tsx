// SPDX-License-Identifier: Apache-2.0
// Names the one authoritative item, or replaces it. A signed act of the authority.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useCall } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Source } from '@/gen/shareway/catalog/v1/source_pb';
import { useAct } from '@/session/act';
import { DraftKeeper, ErrorPanel, NotSignedPanel, objectPath, Page, Shown, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function DesignatePage(): ReactNode {
  const t = useText();
  const [params] = useSearchParams();
  const of = params.get('of') ?? '';
  const before = useCall(CatalogService.method.getSource, { name: of }, { when: of !== '' });
  return (
    <Page title={of === '' ? t('designate.title') : t('designate.replace')} crumbs={[{ label: t('list.title'), to: '/sources' }]}>
      {of === '' ? <Designate title={params.get('title') ?? ''} />
        : <Shown read={before}>{(one) => <Designate title={one.title} before={one} reload={before.reload} />}</Shown>}
    </Page>
  );
}

function Designate(props: { title: string; before?: Source; reload?: () => void }): ReactNode {
  const t = useText();
  const open = useNavigate();
  const { before } = props;
  const draft = useDraft(`source ${before?.name ?? ''}`, { id: before?.name.slice('sources/'.length) ?? '', title: props.title,
    resource: before?.resource ?? '', item: before?.item ?? '', document: '' });
  const act = useAct(CatalogService.method.designateSource);
  const text = (key: keyof typeof draft.value): { value: string; set: (to: string) => void; error: typeof act.error; required: true } =>
    ({ value: draft.value[key], set: (to) => draft.set((old) => ({ ...old, [key]: to })), error: act.error, required: true });
  const send = async (): Promise<void> => {
    const { id, title, resource, item, document } = draft.value;
    const answer = await act.run({ source: { name: `sources/${id.trim()}`, title: title.trim(), resource: resource.trim(),
      item: item.trim(), document: document.trim(), etag: before?.etag ?? '' } });
    if (answer === undefined) return;
    draft.discard();
    void open(objectPath(answer.name));
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <DraftKeeper draft={draft} />
      <TextField label={t('source.id')} name="source.name" {...text('id')} hint={t('source.idHint')} />
      <TextField label={t('source.title')} name="source.title" {...text('title')} max={100} />
      <TextField label={t('source.resource')} name="source.resource" {...text('resource')} hint={t('source.resourceHint')} />
      <TextField label={t('source.item')} name="source.item" {...text('item')} max={64} />
      <TextField label={t('source.document')} name="source.document" {...text('document')} max={200} />
      <p>{t('designate.effect')}</p>
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} {...(props.reload === undefined ? {} : { onReload: props.reload })} />
      <Button type="primary" htmlType="submit" loading={act.busy}>{t('designate.sign')}</Button>
    </form>
  );
}
