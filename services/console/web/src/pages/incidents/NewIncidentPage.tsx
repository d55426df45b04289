// SPDX-License-Identifier: Apache-2.0
// Reports an incident with the agency's data or systems to its authority.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Button, Input } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { useWrite } from '@/api';
import { IncidentService, Incident_Severity as Severity } from '@/gen/shareway/sharing/v1/incident_pb';
import { DraftKeeper, ErrorPanel, Field, Page, objectPath, useDraft } from '@/ui';
import { ChoiceField, TextField, linesOf } from '@/ui/TextField';
import { useText } from './texts';

const SEVERITIES = ['GENERAL', 'LARGER', 'SERIOUS', 'PARTICULARLY_SERIOUS'] as const;

export default function NewIncidentPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const draft = useDraft('incident', { severity: '', title: '', text: '', happened: '', grants: '' });
  const write = useWrite(IncidentService.method.reportIncident);
  const { value } = draft;
  const { error } = write;
  const severity = SEVERITIES.find((one) => one === value.severity);
  const happened = new Date(value.happened);
  const text = (key: keyof typeof value) => ({ value: value[key], error, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    if (severity === undefined) return;
    const made = await write.run({
      severity: Severity[severity], title: value.title.trim(), text: value.text.trim(), happenTime: timestampFromDate(happened), grants: linesOf(value.grants),
    });
    if (made === undefined) return;
    draft.discard();
    void go(objectPath(made.name));
  };
  return (
    <Page title={t('list.new')} crumbs={[{ label: t('list.title'), to: '/incidents' }]}>
      <p>{t('report.text')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <ChoiceField label={t('field.severity')} name="severity" {...text('severity')} required
          choices={[{ value: '', label: t('choose') }, ...SEVERITIES.map((one) => ({ value: one, label: t(`severity.${one}`) }))]} />
        <TextField label={t('field.title')} name="title" {...text('title')} max={100} required />
        <TextField label={t('field.text')} name="text" {...text('text')} rows={6} max={2000} required />
        <Field label={t('field.happened')} name="happen_time" error={error} required>
          {(control) => <Input {...control} type="datetime-local" value={value.happened}
            onChange={(event) => draft.set((old) => ({ ...old, happened: event.target.value }))} />}
        </Field>
        <TextField label={t('field.grants')} name="grants" {...text('grants')} inside rows={3} hint={t('report.grantsHint')} />
        <ErrorPanel error={error} />
        <p><Button type="primary" htmlType="submit" loading={write.busy}
          disabled={severity === undefined || Number.isNaN(happened.getTime()) || value.title.trim() === '' || value.text.trim() === ''}>{t('report.send')}</Button></p>
      </form>
    </Page>
  );
}
