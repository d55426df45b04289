// SPDX-License-Identifier: Apache-2.0
// Records of people, systems, nodes and keys.
import type { ReactNode } from 'react';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import type { Role } from '@/gen/shareway/policy_pb';
import { AgencyField } from '@/ui/AgencyField';
import { RoleBoxes } from '@/ui/roles';
import { TextField, linesOf } from '@/ui/TextField';
import { KeyForm, NO_KEY, keyOfTyped } from './KeyForm';
import { RecordForm } from './record_form';
import { useText } from './texts';

type Done = { onDone: (name: string) => void };

export function PersonRecord(props: Done): ReactNode {
  const t = useText();
  return (
    <RecordForm method={DirectoryService.method.putPerson} form="person"
      initial={{ id: '', displayName: '', agency: '', roles: [] as Role[] }}
      nameOf={(answer) => answer.name} onDone={props.onDone}
      request={(form) => ({ person: { name: `people/${form.id.trim()}`, displayName: form.displayName.trim(),
        agency: form.agency.trim(), roles: form.roles } })}>
      {(form, set, text, error) => (
        <>
          <p>{t('person.whole')}</p>
          <TextField label={t('person.id')} name="person.name" {...text('id')} required />
          <TextField label={t('person.name')} name="person.display_name" {...text('displayName')} max={50} required />
          <AgencyField label={t('nodes.agency')} name="person.agency" {...text('agency')} required />
          <RoleBoxes label={t('person.roles')} value={form.roles} set={(roles) => set({ roles })}
            faults={error?.faultsOf('person.roles', true) ?? []} />
        </>
      )}
    </RecordForm>
  );
}

export function SystemRecord(props: Done): ReactNode {
  const t = useText();
  return (
    <RecordForm method={DirectoryService.method.putSystem} form="system"
      initial={{ agency: '', id: '', displayName: '' }} nameOf={(answer) => answer.name} onDone={props.onDone}
      request={(form) => ({ system: { name: `${form.agency.trim()}/systems/${form.id.trim()}`,
        displayName: form.displayName.trim() } })}>
      {(_, __, text) => (
        <>
          <AgencyField label={t('nodes.agency')} name="system.agency" {...text('agency')} required />
          <TextField label={t('system.id')} name="system.name" {...text('id')} required />
          <TextField label={t('system.name')} name="system.display_name" {...text('displayName')} max={100} required />
        </>
      )}
    </RecordForm>
  );
}

export function NodeRecord(props: Done): ReactNode {
  const t = useText();
  return (
    <RecordForm method={DirectoryService.method.putNode} form="node"
      initial={{ agency: '', id: '', address: '', hosted: '' }} nameOf={(answer) => answer.name}
      onDone={props.onDone}
      request={(form) => ({ node: { name: `${form.agency.trim()}/nodes/${form.id.trim()}`,
        address: form.address.trim(), hostedAgencies: linesOf(form.hosted) } })}>
      {(_, __, text) => (
        <>
          <p>{t('node.approvedOnly')}</p>
          <AgencyField label={t('nodes.agency')} name="node.agency" {...text('agency')} required />
          <TextField label={t('node.id')} name="node.name" {...text('id')} hint={t('node.idHint')} required />
          <TextField label={t('nodes.address')} name="node.address" {...text('address')}
            hint={t('node.addressHint')} required />
          <TextField label={t('node.hosted')} name="node.hosted_agencies" {...text('hosted')} inside rows={3}
            hint={t('node.hostedHint')} />
        </>
      )}
    </RecordForm>
  );
}

export function KeyRecord(props: Done): ReactNode {
  const t = useText();
  return (
    <RecordForm method={DirectoryService.method.putKey} form="key" initial={{ owner: '', key: NO_KEY }}
      nameOf={(answer) => answer.name} onDone={props.onDone}
      request={(form) => {
        const key = keyOfTyped(form.key);
        return key === undefined ? undefined : { key: { ...key, owner: form.owner.trim() } };
      }}>
      {(form, set, text, error) => (
        <>
          <TextField label={t('keys.owner')} name="key.owner" {...text('owner')} hint={t('keys.ownerHint')} required />
          <KeyForm value={form.key} set={(key) => set({ key })} path="key" error={error} />
        </>
      )}
    </RecordForm>
  );
}
