// SPDX-License-Identifier: Apache-2.0
// Drafts a request for a published entry.
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useWrite } from '@/api';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { Page, objectPath, useDraft } from '@/ui';
import { RequestForm } from './RequestForm';
import { emptyForm, scopeOf } from './form';
import { useText } from './texts';

export default function NewRequestPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const resource = query.get('resource') ?? '';
  const draft = useDraft(`request ${resource}`, emptyForm(resource));
  const write = useWrite(RequestService.method.createRequest);
  const ask = (validateOnly: boolean) => {
    const form = draft.value;
    return write.run({ validateOnly, request: {
      resource: form.resource.trim(), legalBasis: form.legalBasis.trim(), scenario: form.scenario.trim(), scope: scopeOf(form) } });
  };
  return (
    <Page title={t('write.title')} crumbs={[{ label: t('list.title'), to: '/requests' }]}>
      <RequestForm draft={draft} error={write.error} busy={write.busy} label={t('write.save')}
        onCheck={async () => await ask(true) !== undefined}
        onSend={async () => {
          const made = await ask(false);
          if (made === undefined) return;
          draft.discard();
          void go(objectPath(made.name));
        }} />
    </Page>
  );
}
