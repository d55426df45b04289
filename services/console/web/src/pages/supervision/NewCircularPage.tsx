// SPDX-License-Identifier: Apache-2.0
// Publishes a circular over findings that the authority confirmed.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Finding_State, type Finding } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { DataTable, DraftKeeper, ErrorPanel, NotSignedPanel, ObjectLink, Page, Shown, objectPath, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';
import { BodyName } from './words';

interface Form { readonly title: string; readonly number: string; readonly text: string; readonly findings: readonly string[] }
const EMPTY: Form = { title: '', number: '', text: '', findings: [] };
const MOST = 100;

export default function NewCircularPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const open = useNavigate();
  const draft = useDraft<Form>('circular', EMPTY);
  const act = useAct(SupervisionService.method.publishCircular);
  const confirmed = usePages(SupervisionService.method.listFindings, { pageSize: 100, state: Finding_State.CONFIRMED },
    (answer) => answer.findings, { poll: LIVE });
  const { value } = draft;
  const text = (key: 'title' | 'number' | 'text'): { value: string; set: (to: string) => void; error: typeof act.error } =>
    ({ value: value[key], error: act.error, set: (to) => draft.set((old) => ({ ...old, [key]: to })) });
  const ready = value.title.trim() !== '' && value.number.trim() !== '' && value.text.trim() !== '' &&
    value.findings.length > 0 && value.findings.length <= MOST;
  const send = async (): Promise<void> => {
    const answer = await act.run({ title: value.title.trim(), documentNumber: value.number.trim(), text: value.text.trim(),
      findings: [...value.findings] });
    if (answer === undefined) return;
    draft.discard();
    void open(objectPath(answer.name));
  };
  return (
    <Page title={t('circulars.publish')} crumbs={[{ label: t('circulars.title'), to: '/circulars' }]}
      updated={confirmed.updated} onReload={confirmed.reload} loading={confirmed.loading}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void send(); }}>
        <TextField label={t('circulars.name')} name="title" {...text('title')} max={100} required />
        <TextField label={t('circulars.number')} name="document_number" {...text('number')} max={100} required />
        <TextField label={t('circulars.text')} name="text" {...text('text')} rows={8} max={5000} required />
        <h2>{t('circulars.choose', { count: value.findings.length })}</h2>
        <Shown read={confirmed}>{(rows) => (
          <DataTable<Finding> caption={t('circulars.findings')} rows={rows} rowKey={({ name }) => name} hasMore={confirmed.hasMore}
            onMore={confirmed.more} loading={confirmed.loading} empty={<p>{t('circulars.noFindings')}</p>} height={360}
            selected={new Set(value.findings)} onSelect={(chosen) => draft.set((old) => ({ ...old, findings: [...chosen] }))}
            columns={[
              { key: 'name', title: t('field.finding'), render: (one) => <ObjectLink name={one.name}>{one.summary.slice(0, 60)}</ObjectLink> },
              { key: 'about', title: t('field.about'), render: (one) => <BodyName name={one.about} /> },
              { key: 'article', title: t('field.article'), render: (one) => <bdi>{one.article}</bdi> },
              { key: 'time', title: t('finding.since'), render: (one) => format.time(one.stateTime) },
            ]} />
        )}</Shown>
        <p>{t('circulars.effect')}</p>
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} onReload={confirmed.reload} />
        <Button type="primary" htmlType="submit" loading={act.busy} disabled={!ready}>{t('sign')}</Button>
      </form>
    </Page>
  );
}
