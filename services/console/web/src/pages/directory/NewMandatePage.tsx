// SPDX-License-Identifier: Apache-2.0
// Registers a mandate of outside supervisors. The document itself stays here: its digest goes out.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { bytesOf, hexOf, sha256 } from '@/api';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useAct } from '@/session/act';
import { DraftKeeper, ErrorPanel, Field, NotSignedPanel, Page, objectPath, useDraft } from '@/ui';
import { TextField, linesOf } from '@/ui/TextField';
import { useText } from './texts';

interface Form {
  id: string; document: string; digest: string; issuer: string; supervisors: string; agencies: string;
  from: string; to: string;
}
const EMPTY: Form = { id: '', document: '', digest: '', issuer: '', supervisors: '', agencies: '', from: '', to: '' };

export default function NewMandatePage(): ReactNode {
  const t = useText();
  const open = useNavigate();
  const draft = useDraft<Form>('mandate', EMPTY);
  const act = useAct(DirectoryService.method.putMandate);
  const [unreadable, setUnreadable] = useState(false);
  const { value } = draft;
  const text = (key: keyof Form): { value: string; set: (to: string) => void; error: typeof act.error } =>
    ({ value: value[key], set: (to) => draft.set((old) => ({ ...old, [key]: to })), error: act.error });
  const digest = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      const found = hexOf(await sha256(new Uint8Array(await file.arrayBuffer())));
      setUnreadable(false);
      draft.set((old) => ({ ...old, digest: found }));
    } catch {
      setUnreadable(true);
    }
  };
  const send = async (): Promise<void> => {
    const answer = await act.run({ mandate: {
      name: `mandates/${value.id.trim()}`, documentNumber: value.document.trim(),
      documentDigest: bytesOf(value.digest), issuer: value.issuer.trim(),
      supervisors: linesOf(value.supervisors), agencies: linesOf(value.agencies),
      startDate: value.from, endDate: value.to,
    } });
    if (answer === undefined) return;
    draft.discard();
    void open(objectPath(answer.name));
  };
  return (
    <Page title={t('mandates.register')} crumbs={[{ label: t('mandates.title'), to: '/mandates' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextField label={t('mandates.id')} name="mandate.name" {...text('id')} hint={t('mandates.idHint')} required />
        <TextField label={t('mandates.document')} name="mandate.document_number" {...text('document')} max={100} required />
        <Field label={t('mandates.file')} name="mandate.document_digest" error={act.error} required
          hint={value.digest === '' ? t('mandates.fileHint') : value.digest}
          fault={unreadable ? t('mandates.unreadable') : undefined}>
          {({ status: _, ...control }) => (
            <input {...control} type="file" onChange={(event) => void digest(event.target.files?.[0])} />
          )}
        </Field>
        <TextField label={t('mandates.issuer')} name="mandate.issuer" {...text('issuer')} max={100} required />
        <TextField label={t('mandates.supervisors')} name="mandate.supervisors" {...text('supervisors')} inside rows={3}
          hint={t('mandates.supervisorsHint')} required />
        <TextField label={t('mandates.agencies')} name="mandate.agencies" {...text('agencies')} inside rows={5}
          hint={t('mandates.agenciesHint')} required />
        <TextField label={t('mandates.from')} name="mandate.start_date" {...text('from')} type="date" required />
        <TextField label={t('mandates.to')} name="mandate.end_date" {...text('to')} type="date"
          hint={t('mandates.toHint')} required />
        <p>{t('mandates.registerEffect')}</p>
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} />
        <Button type="primary" htmlType="submit" loading={act.busy}>{t('mandates.sign')}</Button>
      </form>
    </Page>
  );
}
