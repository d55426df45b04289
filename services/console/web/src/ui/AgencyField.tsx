// SPDX-License-Identifier: Apache-2.0
// A field for an agency: its name in the directory, which the list of agencies offers by display name.
import { useId, type ReactNode } from 'react';
import { useCall } from '@/api';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { TextField, type TextFieldProps } from './TextField';

/** Offers the directory's first 1000 agencies; any other can be typed. */
export function AgencyField(props: TextFieldProps): ReactNode {
  const id = useId();
  const known = useCall(DirectoryService.method.listAgencies, { pageSize: 1000 });
  const agencies = known.data?.agencies ?? [];
  const chosen = agencies.find(({ name }) => name === props.value);
  return (
    <>
      <TextField {...props} list={id} {...(chosen === undefined ? {} : { hint: chosen.displayName })} />
      <datalist id={id}>
        {agencies.map(({ name, displayName }) => <option key={name} value={name}>{displayName}</option>)}
      </datalist>
    </>
  );
}
