// SPDX-License-Identifier: Apache-2.0
// Registers a project of the own agency.
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useWrite } from '@/api';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { Page, objectPath, useDraft } from '@/ui';
import { ProjectForm, emptyForm, projectOf } from './ProjectForm';
import { useText } from './texts';

export default function NewProjectPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const draft = useDraft('project', emptyForm());
  const write = useWrite(ProjectService.method.createProject);
  return (
    <Page title={t('list.new')} crumbs={[{ label: t('list.title'), to: '/projects' }]}>
      <ProjectForm draft={draft} error={write.error} busy={write.busy} label={t('form.save')} onSend={async () => {
        const made = await write.run({ project: projectOf(draft.value) });
        if (made === undefined) return;
        draft.discard();
        void go(objectPath(made.name));
      }} />
    </Page>
  );
}
