// SPDX-License-Identifier: Apache-2.0
// Changes a request that is still a draft.
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useCall, useWrite } from '@/api';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import type { SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { ErrorPanel, Page, Shown, objectPath, useDraft } from '@/ui';
import { RequestForm } from './RequestForm';
import { formOf, scopeOf } from './form';
import { useText } from './texts';

export default function EditRequestPage(): ReactNode {
  const t = useText();
  const name = `requests/${useParams()['id'] ?? ''}`;
  const read = useCall(RequestService.method.getRequest, { name });
  return (
    <Page title={t('write.editTitle')} crumbs={[{ label: t('list.title'), to: '/requests' }, { label: name, to: objectPath(name) }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>{(request) => <Edit request={request} onReload={read.reload} />}</Shown>
    </Page>
  );
}

function Edit(props: { request: SharingRequest; onReload: () => void }): ReactNode {
  const t = useText();
  const go = useNavigate();
  const { request } = props;
  const draft = useDraft('edit', formOf(request));
  const write = useWrite(RequestService.method.updateRequest);
  if (!request.availableActions.includes('UpdateRequest')) return <p role="note">{t('write.noDraft')}</p>;
  return (
    <>
      {write.error?.conflict === true && <ErrorPanel error={write.error} onReload={() => { write.clear(); props.onReload(); }} />}
      <RequestForm draft={draft} error={write.error?.conflict === true ? undefined : write.error} busy={write.busy} fixed label={t('write.saveChange')}
        onSend={async () => {
          const form = draft.value;
          const kept = await write.run({ request: {
            name: request.name, etag: request.etag, legalBasis: form.legalBasis.trim(), scenario: form.scenario.trim(), scope: scopeOf(form) } });
          if (kept === undefined) return;
          draft.discard();
          void go(objectPath(request.name));
        }} />
    </>
  );
}
