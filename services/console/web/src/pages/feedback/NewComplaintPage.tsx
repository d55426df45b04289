// SPDX-License-Identifier: Apache-2.0
// Staff enters what a citizen, a company or a body complains of.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useWrite } from '@/api';
import { Complaint_Kind as Kind, FeedbackService } from '@/gen/shareway/sharing/v1/feedback_pb';
import { DraftKeeper, ErrorPanel, Page, objectPath, useDraft } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const KINDS = ['RIGHTS', 'DUPLICATE_COLLECTION', 'PLATFORM'] as const;

export default function NewComplaintPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const check = query.get('check') ?? '';
  const draft = useDraft('complaint', { kind: check === '' ? '' : 'DUPLICATE_COLLECTION', about: query.get('about') ?? '', fileNumber: '', text: '', check });
  const write = useWrite(FeedbackService.method.openComplaint);
  const { value } = draft;
  const kind = KINDS.find((one) => one === value.kind);
  const repeated = kind === 'DUPLICATE_COLLECTION';
  const field = (key: keyof typeof value) => ({ value: value[key], error: write.error, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    if (kind === undefined) return;
    const made = await write.run({ kind: Kind[kind], about: value.about.trim(), fileNumber: value.fileNumber.trim(), text: value.text.trim(),
      collectionCheck: repeated ? value.check.trim() : '' });
    if (made === undefined) return;
    draft.discard();
    void go(objectPath(made.name));
  };
  return (
    <Page title={t('newComplaint.title')} crumbs={[{ label: t('complaints.title'), to: '/complaints' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <ChoiceField label={t('newComplaint.kind')} name="kind" {...field('kind')} required
          choices={[{ value: '', label: t('choose') }, ...KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))]} />
        <AgencyField label={t('newComplaint.about')} name="about" {...field('about')} required hint={t('newComplaint.aboutHint')} />
        <TextField label={t('newComplaint.file')} name="file_number" {...field('fileNumber')} max={100} required hint={t('newComplaint.fileHint')} />
        <TextField label={t('newComplaint.text')} name="text" {...field('text')} rows={6} max={2000} required hint={t('newComplaint.textHint')} />
        {repeated && <TextField label={t('newComplaint.check')} name="collection_check" {...field('check')} hint={t('newComplaint.checkHint')} />}
        <ErrorPanel error={write.error} />
        <Button type="primary" htmlType="submit" loading={write.busy}
          disabled={kind === undefined || [value.about, value.fileNumber, value.text].some((one) => one.trim() === '')}>{t('newComplaint.send')}</Button>
      </form>
    </Page>
  );
}
