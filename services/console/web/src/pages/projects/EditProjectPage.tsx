// SPDX-License-Identifier: Apache-2.0
// Changes what a project says of itself: an opinion that was issued is void from then on.
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useCall, useWrite } from '@/api';
import type { Project } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { Page, Shown, objectPath, useDraft } from '@/ui';
import { ProjectForm, formOf, projectOf } from './ProjectForm';
import { useText } from './texts';

export default function EditProjectPage(): ReactNode {
  const t = useText();
  const name = `projects/${useParams()['id'] ?? ''}`;
  const read = useCall(ProjectService.method.getProject, { name });
  return (
    <Page title={t('form.edit')} crumbs={[{ label: t('list.title'), to: '/projects' }, { label: read.data?.title ?? name, to: objectPath(name) }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>{(project) => <Edit project={project} onReload={read.reload} />}</Shown>
    </Page>
  );
}

function Edit(props: { project: Project; onReload: () => void }): ReactNode {
  const t = useText();
  const go = useNavigate();
  const { project } = props;
  const draft = useDraft('edit', formOf(project));
  const write = useWrite(ProjectService.method.updateProject);
  if (!project.availableActions.includes('UpdateProject')) return <p role="note">{t('form.closed')}</p>;
  return (
    <>
      <p>{t('form.void')}</p>
      <ProjectForm draft={draft} error={write.error} busy={write.busy} label={t('form.saveChange')} onReload={props.onReload} onSend={async () => {
        const { name, etag } = project;
        if (await write.run({ project: { name, etag, ...projectOf(draft.value) } }) === undefined) return;
        draft.discard();
        void go(objectPath(name));
      }} />
    </>
  );
}
