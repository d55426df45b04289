// SPDX-License-Identifier: Apache-2.0
// Reports what may be a breach, by the article that it may break.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useCall, useWrite } from '@/api';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { DraftKeeper, ErrorPanel, Page, Shown, objectPath, useDraft, useUrlText } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { NO_PROOF, ProofRows, proofsOf, type Proof } from './Evidence';
import { useText } from './texts';

interface Form { readonly about: string; readonly detector: string; readonly subject: string; readonly summary: string;
  readonly proofs: readonly Proof[] }

export default function NewFindingPage(): ReactNode {
  const t = useText();
  const open = useNavigate();
  const [subject] = useUrlText('subject');
  const [about] = useUrlText('about');
  const detectors = useCall(SupervisionService.method.listDetectors, {});
  const draft = useDraft<Form>('finding', { about, detector: '', subject, summary: '', proofs: [NO_PROOF] });
  const write = useWrite(SupervisionService.method.openFinding);
  const { value } = draft;
  const field = (key: 'about' | 'detector' | 'subject' | 'summary'):
  { name: string; value: string; set: (to: string) => void; error: typeof write.error } => ({
    name: key, value: value[key], error: write.error, set: (to) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    const answer = await write.run({ about: value.about.trim(), detector: value.detector, subject: value.subject.trim(),
      summary: value.summary.trim(), evidence: proofsOf(value.proofs) });
    if (answer === undefined) return;
    draft.discard();
    void open(objectPath(answer.name));
  };
  return (
    <Page title={t('findings.report')} crumbs={[{ label: t('findings.title'), to: '/findings' }]}>
      <p>{t('findings.reportWhat')}</p>
      <DraftKeeper draft={draft} />
      <Shown read={detectors}>{({ detectors: rows }) => (
        <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
          <AgencyField label={t('field.about')} {...field('about')} required />
          <ChoiceField label={t('field.article')} {...field('detector')} required hint={t('findings.articleHint')}
            choices={[{ value: '', label: t('choose') }, ...rows.map((one) => ({
              value: one.id, label: `${one.article} ${one.title}` }))]} />
          <TextField label={t('field.subject')} {...field('subject')} hint={t('findings.subjectHint')} />
          <TextField label={t('field.summary')} {...field('summary')} rows={5} max={1000} hint={t('findings.summaryHint')} required />
          <ProofRows rows={value.proofs} error={write.error} set={(proofs) => draft.set((old) => ({ ...old, proofs }))} />
          <ErrorPanel error={write.error} />
          <p>
            <Button type="primary" htmlType="submit" loading={write.busy}
              disabled={value.about.trim() === '' || value.detector === '' || value.summary.trim() === ''}>{t('findings.send')}</Button>
          </p>
        </form>
      )}</Shown>
    </Page>
  );
}
