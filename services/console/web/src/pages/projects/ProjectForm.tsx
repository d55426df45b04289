// SPDX-License-Identifier: Apache-2.0
// What a project says of itself.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import type { Project } from '@/gen/shareway/catalog/v1/project_pb';
import { DraftKeeper, ErrorPanel, type Draft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

interface System { readonly title: string; readonly duties: string }
export interface Form {
  readonly title: string;
  readonly approvalNumber: string;
  readonly budgetSource: string;
  readonly duties: string;
  readonly year: string;
  readonly systems: readonly System[];
}

const MOST = 20;
const NONE: System = { title: '', duties: '' };
export const emptyForm = (): Form => ({ title: '', approvalNumber: '', budgetSource: '', duties: '', year: '', systems: [NONE] });

export const formOf = (project: Project): Form => ({
  title: project.title, approvalNumber: project.approvalNumber, budgetSource: project.budgetSource, duties: project.duties, year: String(project.year),
  systems: project.systems.map(({ title, duties }) => ({ title, duties })),
});

export const projectOf = (form: Form) => ({
  title: form.title.trim(), approvalNumber: form.approvalNumber.trim(), budgetSource: form.budgetSource.trim(), duties: form.duties.trim(),
  year: /^\d{1,4}$/.test(form.year) ? Number(form.year) : 0,
  systems: form.systems.map(({ title, duties }) => ({ title: title.trim(), duties: duties.trim() })),
});

export function ProjectForm(props: {
  draft: Draft<Form>; error: ApiError | undefined; busy: boolean; label: string; onSend: () => Promise<void>; onReload?: () => void;
}): ReactNode {
  const t = useText();
  const { draft, error } = props;
  const { value } = draft;
  const text = (key: 'title' | 'approvalNumber' | 'budgetSource' | 'duties' | 'year', path: string) => ({
    name: `project.${path}`, value: value[key], error, required: true, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const setSystem = (at: number, to: Partial<System>): void =>
    draft.set((old) => ({ ...old, systems: old.systems.map((one, i) => (i === at ? { ...one, ...to } : one)) }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); void props.onSend(); }}>
      <DraftKeeper draft={draft} />
      <TextField label={t('field.title')} {...text('title', 'title')} max={200} />
      <TextField label={t('field.approval')} {...text('approvalNumber', 'approval_number')} max={100} />
      <TextField label={t('field.budget')} {...text('budgetSource', 'budget_source')} max={200} />
      <TextField label={t('field.duties')} {...text('duties', 'duties')} rows={4} max={1000} />
      <TextField label={t('field.year')} {...text('year', 'year')} type="number" />
      <fieldset className="sw-card">
        <legend>{t('field.systems')}</legend>
        {error?.faultsOf('project.systems').map((rule) => <p key={rule} role="alert" className="sw-fault"><bdi>{rule}</bdi></p>)}
        {value.systems.map((system, at) => (
          // Systems have no names of their own; each keeps its place.
          <div className="sw-row" key={at}>
            <TextField label={t('form.system', { number: at + 1 })} name={`project.systems[${at}].title`} value={system.title} error={error} max={100} required
              set={(title) => setSystem(at, { title })} />
            <TextField label={t('form.systemDuties', { number: at + 1 })} name={`project.systems[${at}].duties`} value={system.duties} error={error} max={500}
              set={(duties) => setSystem(at, { duties })} />
            {value.systems.length > 1 && (
              <Button aria-label={t('form.remove', { number: at + 1 })} title={t('form.remove', { number: at + 1 })}
                onClick={() => draft.set((old) => ({ ...old, systems: old.systems.filter((_, i) => i !== at) }))}>×</Button>
            )}
          </div>
        ))}
        <Button disabled={value.systems.length >= MOST} onClick={() => draft.set((old) => ({ ...old, systems: [...old.systems, NONE] }))}>{t('form.add')}</Button>
      </fieldset>
      <ErrorPanel error={error} {...(props.onReload === undefined ? {} : { onReload: props.onReload })} />
      <p><Button type="primary" htmlType="submit" loading={props.busy}>{props.label}</Button></p>
    </form>
  );
}
