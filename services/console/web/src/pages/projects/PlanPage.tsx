// SPDX-License-Identifier: Apache-2.0
// Pre-compiles a project's catalogue: entries that it uses, and new ones that it is going to make.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useCall, useWrite } from '@/api';
import type { Project } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { DraftKeeper, ErrorPanel, Page, Shown, objectPath, useDraft } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { ChoiceField, TextField, linesOf } from '@/ui/TextField';
import { useText, useWord } from './texts';

const CLASSES = ['SHARE_CLASS_UNSPECIFIED', 'UNCONDITIONAL', 'CONDITIONAL', 'NOT_SHARED'] as const;
const MOST = 50;
// Items one a line: name, or name and definition with a tab or a colon between.
interface Planned { readonly id: string; readonly uses: string; readonly title: string; readonly items: string; readonly shareClass: string }

const entryOf = ({ id, uses, title, items, shareClass }: Planned) => (uses.trim() !== '' ? { id, uses: uses.trim() } : {
  id, title: title.trim(), shareClass: ShareClass[CLASSES.find((one) => one === shareClass) ?? 'SHARE_CLASS_UNSPECIFIED'],
  items: linesOf(items).map((line) => {
    const [, name = line, definition = ''] = /^([^\t:：]*)[\t:：](.*)$/.exec(line) ?? [];
    return { name: name.trim(), definition: definition.trim() };
  }),
});
const plannedOf = (project: Project): Planned[] => project.entries.map((one) => ({
  id: one.id, uses: one.uses, title: one.title, shareClass: ShareClass[one.shareClass],
  items: one.items.map(({ name, definition }) => (definition === '' ? name : `${name}：${definition}`)).join('\n'),
}));

export default function PlanPage(): ReactNode {
  const t = useText();
  const name = `projects/${useParams()['id'] ?? ''}`;
  const read = useCall(ProjectService.method.getProject, { name });
  return (
    <Page title={t('plan.title')} crumbs={[{ label: t('list.title'), to: '/projects' }, { label: read.data?.title ?? name, to: objectPath(name) }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>{(project) => <Plan project={project} onReload={read.reload} />}</Shown>
    </Page>
  );
}

function Plan(props: { project: Project; onReload: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const { project } = props;
  const draft = useDraft<readonly Planned[]>('plan', plannedOf(project));
  const write = useWrite(ProjectService.method.precompileCatalog);
  const { error } = write;
  if (!project.availableActions.includes('PrecompileCatalog')) return <p role="note">{t('form.closed')}</p>;
  const change = (at: number, to: Partial<Planned>): void => draft.set((old) => old.map((one, i) => (i === at ? { ...one, ...to } : one)));
  const add = (uses: boolean) => (): void =>
    draft.set((old) => [...old, { id: '', uses: uses ? 'resources/' : '', title: '', items: '', shareClass: 'SHARE_CLASS_UNSPECIFIED' }]);
  const send = async (): Promise<void> => {
    const { name, etag } = project;
    if (await write.run({ name, etag, entries: draft.value.map(entryOf) }) === undefined) return;
    draft.discard();
    void go(objectPath(name));
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p>{t('plan.text')}</p>
      <DraftKeeper draft={draft} />
      {draft.value.map((one, at) => (
        // Entries keep their place until the service numbers them.
        <fieldset className="sw-card" key={at}>
          <legend>{t(one.uses === '' ? 'plan.new' : 'plan.uses', { number: at + 1 })}</legend>
          {error?.faultsOf(`entries[${at}]`).map((rule) => <p key={rule} role="alert" className="sw-fault"><bdi>{rule}</bdi></p>)}
          {one.uses !== ''
            ? <ResourceField label={t('plan.resource', { number: at + 1 })} name={`entries[${at}].uses`} value={one.uses} error={error} required
                set={(uses) => change(at, { uses: uses === '' ? 'resources/' : uses })} />
            : (
              <>
                <TextField label={t('plan.entryTitle', { number: at + 1 })} name={`entries[${at}].title`} value={one.title} error={error} max={100} required
                  set={(title) => change(at, { title })} />
                <TextField label={t('plan.items', { number: at + 1 })} name={`entries[${at}].items`} value={one.items} error={error} inside rows={5} required
                  hint={t('plan.itemsHint')} set={(items) => change(at, { items })} />
                <ChoiceField label={t('plan.shareClass', { number: at + 1 })} name={`entries[${at}].share_class`} value={one.shareClass} error={error}
                  set={(shareClass) => change(at, { shareClass })} choices={CLASSES.map((value) => ({ value, label: word('shareClass', value) }))} />
              </>
            )}
          <Button onClick={() => draft.set((old) => old.filter((_, i) => i !== at))}>{t('plan.remove', { number: at + 1 })}</Button>
        </fieldset>
      ))}
      <p className="sw-row">
        <Button disabled={draft.value.length >= MOST} onClick={add(false)}>{t('plan.addNew')}</Button>
        <Button disabled={draft.value.length >= MOST} onClick={add(true)}>{t('plan.addUses')}</Button>
      </p>
      <ErrorPanel error={error} onReload={props.onReload} />
      <p><Button type="primary" htmlType="submit" loading={write.busy} disabled={draft.value.length === 0}>{t('plan.send')}</Button></p>
    </form>
  );
}
