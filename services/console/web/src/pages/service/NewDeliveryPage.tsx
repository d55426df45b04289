// SPDX-License-Identifier: Apache-2.0
// Enters data that were handed over on a medium. The file stays here: its digest alone is sent.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { bytesOf, useWrite } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { OfflineDelivery_Medium as Medium } from '@/gen/shareway/sharing/v1/offline_delivery_pb';
import { DraftKeeper, ErrorPanel, Page, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const MEDIA = ['OPTICAL_DISC', 'PORTABLE_DRIVE', 'TAPE', 'PAPER'] as const;

export default function NewDeliveryPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('delivery', {
    grant: query.get('grant') ?? '', medium: 'OPTICAL_DISC', label: '', digest: '', records: '', giver: '', receiver: '', date: '' });
  const write = useWrite(GrantService.method.recordOfflineDelivery);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const digest = value.digest.replace(/\s+/g, '').toLowerCase();
  const good = /^[0-9a-f]{64}$/.test(digest);
  const text = (key: keyof typeof value, name: string) => ({
    name, value: value[key], error: write.error, set: (to: string) => { setChecked(false); draft.set((old) => ({ ...old, [key]: to })); } });
  const send = async (validateOnly: boolean): Promise<void> => {
    const medium = MEDIA.find((one) => one === value.medium) ?? 'OPTICAL_DISC';
    const made = await write.run({
      grant: value.grant.trim(), medium: Medium[medium], label: value.label.trim(), digest: bytesOf(digest), giver: value.giver.trim(), receiver: value.receiver.trim(),
      recordCount: /^\d{1,18}$/.test(value.records) ? BigInt(value.records) : 0n, deliveryDate: value.date, validateOnly,
    });
    if (made === undefined) return;
    if (validateOnly) { setChecked(true); return; }
    draft.discard();
    void go('/offline-deliveries');
  };
  const empty = !good || [value.grant, value.label, value.giver, value.receiver, value.date].some((one) => one.trim() === '');
  return (
    <Page title={t('deliveries.new')} crumbs={[{ label: t('deliveries.title'), to: '/offline-deliveries' }]}>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(false); }}>
        <TextField label={t('field.grant')} {...text('grant', 'grant')} required />
        <ChoiceField label={t('deliveries.medium')} {...text('medium', 'medium')} choices={MEDIA.map((one) => ({ value: one, label: t(`medium.${one}`) }))} />
        <TextField label={t('deliveries.label')} {...text('label', 'label')} max={100} required />
        <TextField label={t('deliveries.digest')} {...text('digest', 'digest')} required hint={t('deliveries.digestHint')}
          fault={value.digest !== '' && !good ? t('deliveries.digestBad') : undefined} />
        <TextField label={t('deliveries.records')} {...text('records', 'record_count')} type="number" />
        <TextField label={t('deliveries.giver')} {...text('giver', 'giver')} required hint={t('deliveries.personHint')} />
        <TextField label={t('deliveries.receiver')} {...text('receiver', 'receiver')} required />
        <TextField label={t('deliveries.date')} {...text('date', 'delivery_date')} type="date" required />
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
