// SPDX-License-Identifier: Apache-2.0
// Records of authorities and agencies.
import type { ReactNode } from 'react';
import { useCall } from '@/api';
import { type Agency, Agency_Kind, Level } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Shown } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { RecordForm } from './record_form';
import { useText } from './texts';
import { KINDS, LEVELS } from './words';

type Done = { onDone: (name: string) => void };

export function AuthorityRecord(props: Done): ReactNode {
  const t = useText();
  const empty = { id: '', displayName: '', level: 'CITY', division: '', superior: '', government: '',
    profile: 'cn-2025-809', agency: '' };
  return (
    <RecordForm method={DirectoryService.method.putAuthority} form="authority" initial={empty}
      nameOf={(answer) => answer.name} onDone={props.onDone}
      request={(form) => ({ authority: {
        name: `authorities/${form.id.trim()}`, displayName: form.displayName.trim(),
        level: Level[form.level as keyof typeof Level], division: form.division.trim(),
        superior: form.superior.trim(), ownGovernment: form.government.trim(), profile: form.profile.trim(),
        agency: form.agency.trim(),
      } })}>
      {(_, __, text) => (
        <>
          <TextField label={t('authority.id')} name="authority.name" {...text('id')} required />
          <TextField label={t('agency.name')} name="authority.display_name" {...text('displayName')} max={100} required />
          <ChoiceField label={t('agency.level')} name="authority.level" {...text('level')}
            choices={LEVELS.map((value) => ({ value, label: t(`level.${value}`) }))} />
          <TextField label={t('agency.division')} name="authority.division" {...text('division')}
            hint={t('agency.divisionHint')} max={12} required />
          <TextField label={t('authority.superior')} name="authority.superior" {...text('superior')}
            hint={t('authority.superiorHint')} />
          <TextField label={t('authority.government')} name="authority.own_government" {...text('government')} required />
          <TextField label={t('authority.profile')} name="authority.profile" {...text('profile')} required />
          <AgencyField label={t('authority.agency')} name="authority.agency" {...text('agency')} />
        </>
      )}
    </RecordForm>
  );
}

export function AgencyRecord(props: Done & { of: string }): ReactNode {
  const { of } = props;
  const agency = useCall(DirectoryService.method.getAgency, { name: of }, { when: of !== '' });
  if (of === '') return <AgencyFields {...props} />;
  return <Shown read={agency}>{(data) => <AgencyFields {...props} before={data} />}</Shown>;
}

function AgencyFields(props: Done & { of: string; before?: Agency }): ReactNode {
  const t = useText();
  const { before } = props;
  const initial = {
    id: before?.name.slice('agencies/'.length) ?? '', displayName: before?.displayName ?? '',
    kind: Agency_Kind[before?.kind ?? Agency_Kind.ORGAN] ?? 'ORGAN',
    level: Level[before?.level ?? Level.CITY] ?? 'CITY', division: before?.division ?? '',
    authority: before?.authority ?? '', vertical: before?.vertical === true ? 'yes' : 'no',
    law: before?.authorisingLaw ?? '', clearance: String(Math.max(1, before?.clearance ?? 1)),
  };
  return (
    <RecordForm method={DirectoryService.method.putAgency} form={`agency ${props.of}`} initial={initial}
      nameOf={(answer) => answer.name} onDone={props.onDone}
      request={(form) => ({ agency: {
        name: `agencies/${form.id.trim()}`, displayName: form.displayName.trim(),
        kind: Agency_Kind[form.kind as keyof typeof Agency_Kind],
        level: Level[form.level as keyof typeof Level], division: form.division.trim(),
        authority: form.authority.trim(), vertical: form.vertical === 'yes',
        authorisingLaw: form.kind === 'AUTHORISED_BODY' ? form.law.trim() : '',
        clearance: Number(form.clearance),
      } })}>
      {(form, _, text) => (
        <>
          <TextField label={t('agency.code')} name="agency.name" {...text('id')} hint={t('agency.codeHint')} required />
          <TextField label={t('agency.name')} name="agency.display_name" {...text('displayName')} max={100} required />
          <ChoiceField label={t('agency.kind')} name="agency.kind" {...text('kind')}
            choices={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
          {form.kind === 'AUTHORISED_BODY' && (
            <TextField label={t('agency.law')} name="agency.authorising_law" {...text('law')} required />
          )}
          <ChoiceField label={t('agency.level')} name="agency.level" {...text('level')}
            choices={LEVELS.map((value) => ({ value, label: t(`level.${value}`) }))} />
          <TextField label={t('agency.division')} name="agency.division" {...text('division')}
            hint={t('agency.divisionHint')} max={12} required />
          <TextField label={t('agency.authority')} name="agency.authority" {...text('authority')}
            hint={t('agency.authorityHint')} required />
          <ChoiceField label={t('agency.vertical')} name="agency.vertical" {...text('vertical')}
            choices={[{ value: 'no', label: t('no') }, { value: 'yes', label: t('yes') }]} />
          <ChoiceField label={t('agency.clearance')} name="agency.clearance" {...text('clearance')}
            choices={(['1', '2', '3'] as const).map((value) => ({ value, label: t(`clearance.n${value}`) }))} />
        </>
      )}
    </RecordForm>
  );
}
