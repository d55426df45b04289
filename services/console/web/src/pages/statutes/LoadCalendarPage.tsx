// SPDX-License-Identifier: Apache-2.0
// Loads a year's calendar from its notice: checked first, then signed.
import { Alert } from 'antd';
import { useState, type ReactNode } from 'react';
import { type LoadCalendarResponse, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { ConfirmAct, DraftKeeper, Page, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function LoadCalendarPage(): ReactNode {
  const t = useText();
  const draft = useDraft('calendar', { yaml: '' });
  const [done, setDone] = useState<{ answer: LoadCalendarResponse; checked: boolean } | undefined>();
  const { yaml } = draft.value;
  const large = new TextEncoder().encode(yaml).length > 32 * 1024;
  const act = (checked: boolean): ReactNode => (
    <ConfirmAct method={StatuteService.method.loadCalendar} label={t(checked ? 'load.check' : 'load.sign')}
      primary={!checked} disabled={yaml.trim() === '' || large} request={() => ({ yaml, validateOnly: checked })}
      onDone={(answer) => { setDone({ answer, checked }); if (!checked) draft.discard(); }}>
      <p>{t(checked ? 'load.checkEffect' : 'load.effect')}</p>
    </ConfirmAct>
  );
  return (
    <Page title={t('load.title')} crumbs={[{ label: t('calendars.title'), to: '/calendars' }]}>
      <DraftKeeper draft={draft} />
      {done !== undefined && (
        <Alert role="status" type="success" showIcon title={t(done.checked ? 'load.good' : 'load.done', {
          name: done.answer.calendar?.name ?? '', days: done.answer.calendar?.workingDays ?? 0,
          count: done.answer.recomputed })} />
      )}
      <TextField label={t('load.yaml')} name="yaml" rows={16} value={yaml} hint={t('load.yamlHint')} required
        set={(to) => { setDone(undefined); draft.set({ yaml: to }); }} fault={large ? t('load.large') : undefined} />
      <div className="sw-row">{act(true)}{act(false)}</div>
    </Page>
  );
}
