// SPDX-License-Identifier: Apache-2.0
// Asks an agency about one of its published entries.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useWrite } from '@/api';
import { FeedbackService } from '@/gen/shareway/sharing/v1/feedback_pb';
import { DraftKeeper, ErrorPanel, Page, objectPath, useDraft } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function NewInquiryPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('inquiry', { resource: query.get('resource') ?? '', question: '' });
  const write = useWrite(FeedbackService.method.openInquiry);
  const { value } = draft;
  const send = async (): Promise<void> => {
    const made = await write.run({ resource: value.resource.trim(), question: value.question.trim() });
    if (made === undefined) return;
    draft.discard();
    void go(objectPath(made.name));
  };
  return (
    <Page title={t('newInquiry.title')} crumbs={[{ label: t('inquiries.title'), to: '/inquiries' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <ResourceField label={t('newInquiry.resource')} name="resource" value={value.resource} required error={write.error} hint={t('newInquiry.resourceHint')}
          set={(resource) => draft.set((old) => ({ ...old, resource }))} />
        <TextField label={t('newInquiry.question')} name="question" rows={5} max={1000} value={value.question} required error={write.error}
          hint={t('newInquiry.noSecret')} set={(question) => draft.set((old) => ({ ...old, question }))} />
        <ErrorPanel error={write.error} />
        <Button type="primary" htmlType="submit" loading={write.busy} disabled={value.resource.trim() === '' || value.question.trim() === ''}>
          {t('newInquiry.send')}</Button>
      </form>
    </Page>
  );
}
