// SPDX-License-Identifier: Apache-2.0
// Asks the provider to check a resource, one record that was received, or one item of it.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useWrite } from '@/api';
import { CorrectionService } from '@/gen/shareway/sharing/v1/correction_pb';
import { DraftKeeper, ErrorPanel, objectPath, Page, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function NewPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('open', {
    resource: query.get('resource') ?? '', exchange: query.get('exchange') ?? '', place: '0', item: '',
    description: '', proposedValue: '', evidence: '', proceed: false,
  });
  const write = useWrite(CorrectionService.method.openCorrection);
  const { value } = draft;
  const { error } = write;
  const put = (field: keyof typeof value) => (text: string): void => draft.set((old) => ({ ...old, [field]: text }));
  const send = async (): Promise<void> => {
    const { proceed, place, ...texts } = value;
    const made = await write.run({ ...texts, place: Number(place) || 0, businessMayProceed: proceed });
    if (made === undefined) return;
    draft.discard();
    void go(objectPath(made.name));
  };
  return (
    <Page title={t('list.open')} crumbs={[{ label: t('list.title'), to: '/corrections' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextField label={t('field.resource')} name="resource" value={value.resource} set={put('resource')} error={error} hint="resources/…" required />
        <TextField label={t('field.exchange')} name="exchange" value={value.exchange} set={put('exchange')} error={error} />
        <TextField label={t('field.place')} name="place" type="number" value={value.place} set={put('place')} error={error} />
        <TextField label={t('field.item')} name="item" value={value.item} set={put('item')} error={error} />
        <TextField label={t('field.description')} name="description" value={value.description} set={put('description')} error={error}
          rows={4} max={2000} hint={t('field.descriptionHint')} required />
        <TextField label={t('field.proposed')} name="proposed_value" value={value.proposedValue} set={put('proposedValue')} error={error}
          max={1000} hint={t('field.proposedHint')} />
        <TextField label={t('field.evidence')} name="evidence" value={value.evidence} set={put('evidence')} error={error} rows={3} max={2000} />
        <p>
          <Checkbox checked={value.proceed} onChange={(event) => draft.set((old) => ({ ...old, proceed: event.target.checked }))}>
            {t('field.proceed')}
          </Checkbox>
        </p>
        <ErrorPanel error={error} />
        <Button type="primary" htmlType="submit" loading={write.busy}>{t('send')}</Button>
      </form>
    </Page>
  );
}
