// SPDX-License-Identifier: Apache-2.0
// Records what was done with shared data in a period (R25 26, 29). Never changed afterwards.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useWrite } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { DraftKeeper, ErrorPanel, Page, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

const TEXTS = ['scenario', 'process', 'effect', 'storage', 'destruction'] as const;

export default function NewUsePage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('use', { grant: query.get('grant') ?? '', scenario: '', process: '', effect: '', storage: '', destruction: '', startDate: '', endDate: '' });
  const write = useWrite(GrantService.method.reportUse);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const text = (key: keyof typeof value, name: string) => ({
    name, value: value[key], error: write.error, required: true,
    set: (to: string) => { setChecked(false); draft.set((old) => ({ ...old, [key]: to })); } });
  const send = async (validateOnly: boolean): Promise<void> => {
    const trimmed = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one.trim()])) as typeof value;
    if (await write.run({ ...trimmed, validateOnly }) === undefined) return;
    if (validateOnly) { setChecked(true); return; }
    draft.discard();
    void go('/uses');
  };
  const empty = Object.values(value).some((one) => one.trim() === '');
  return (
    <Page title={t('uses.new')} crumbs={[{ label: t('uses.title'), to: '/uses' }]}>
      <p>{t('uses.text')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(false); }}>
        <TextField label={t('field.grant')} {...text('grant', 'grant')} />
        <div className="sw-row">
          <TextField label={t('uses.from')} type="date" {...text('startDate', 'start_date')} />
          <TextField label={t('uses.to')} type="date" {...text('endDate', 'end_date')} />
        </div>
        {TEXTS.map((key) => <TextField key={key} label={t(`uses.${key}`)} rows={3} max={key === 'process' ? 2000 : 1000} {...text(key, key)} />)}
        {checked && <p role="status">{t('checked')}</p>}
        <ErrorPanel error={write.error} />
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={write.busy} disabled={empty}>{t('record')}</Button>
          <Button loading={write.busy} disabled={empty} onClick={() => void send(true)}>{t('check')}</Button>
        </p>
      </form>
    </Page>
  );
}
