// SPDX-License-Identifier: Apache-2.0
// The provider's head proposes to change or end a service; every consumer is consulted (R25 27(3)).
import type { ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { ServiceChange_Kind as Kind } from '@/gen/shareway/sharing/v1/service_change_pb';
import { usePerson } from '@/session/person';
import { ConfirmAct, DraftKeeper, Page, objectPath, useDraft } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const KINDS = ['CHANGE', 'END'] as const;

export default function NewChangePage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const { agency } = usePerson();
  const draft = useDraft('change', { resource: query.get('resource') ?? '', kind: 'CHANGE', reason: '', effectDate: '' });
  const { value } = draft;
  const kind = KINDS.find((one) => one === value.kind) ?? 'CHANGE';
  const text = (key: keyof typeof value, name: string) => ({ name, value: value[key], required: true, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  return (
    <Page title={t('changes.new')} crumbs={[{ label: t('changes.title'), to: '/service-changes' }]}>
      <p>{t('changes.text')}</p>
      <DraftKeeper draft={draft} />
      <ResourceField label={t('field.resource')} provider={agency} {...text('resource', 'resource')} />
      <ChoiceField label={t('field.kind')} {...text('kind', 'kind')} choices={KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))} />
      <TextField label={t('changes.reason')} {...text('reason', 'reason')} rows={5} max={2000} />
      <TextField label={t('changes.effect')} {...text('effectDate', 'effect_date')} type="date" hint={t('changes.effectHint')} />
      <ConfirmAct method={GrantService.method.proposeServiceChange} label={t('changes.propose')} primary
        disabled={[value.resource, value.reason, value.effectDate].some((one) => one.trim() === '')}
        request={() => ({ resource: value.resource.trim(), kind: Kind[kind], reason: value.reason.trim(), effectDate: value.effectDate })}
        onDone={(made) => { draft.discard(); void go(objectPath(made.name)); }}>
        <p>{t('changes.proposeText')}</p>
      </ConfirmAct>
    </Page>
  );
}
