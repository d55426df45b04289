// SPDX-License-Identifier: Apache-2.0
// Records a drill that was held.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useWrite } from '@/api';
import { IncidentService } from '@/gen/shareway/sharing/v1/incident_pb';
import { DraftKeeper, ErrorPanel, Page, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function NewDrillPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const draft = useDraft('drill', { title: '', date: '', scenario: '', result: '' });
  const write = useWrite(IncidentService.method.recordDrill);
  const { value } = draft;
  const text = (key: keyof typeof value) => ({
    name: key, value: value[key], error: write.error, required: true, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    const trimmed = { title: value.title.trim(), date: value.date, scenario: value.scenario.trim(), result: value.result.trim() };
    if (await write.run(trimmed) === undefined) return;
    draft.discard();
    void go('/drills');
  };
  return (
    <Page title={t('drills.new')} crumbs={[{ label: t('drills.title'), to: '/drills' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextField label={t('field.title')} {...text('title')} max={100} />
        <TextField label={t('drills.date')} {...text('date')} type="date" />
        <TextField label={t('drills.scenario')} {...text('scenario')} rows={4} max={2000} />
        <TextField label={t('drills.result')} {...text('result')} rows={4} max={2000} />
        <ErrorPanel error={write.error} />
        <p><Button type="primary" htmlType="submit" loading={write.busy}
          disabled={Object.values(value).some((one) => one.trim() === '')}>{t('drills.send')}</Button></p>
      </form>
    </Page>
  );
}
