// SPDX-License-Identifier: Apache-2.0
// A field for a published catalogue entry: its name, which the list of entries offers by title.
import { useId, type ReactNode } from 'react';
import { useCall } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State } from '@/gen/shareway/catalog/v1/resource_pb';
import { TextField, type TextFieldProps } from './TextField';

/** Offers the first 1000 published entries, of one provider if one is given; any other can be typed. */
export function ResourceField(props: TextFieldProps & { provider?: string }): ReactNode {
  const { provider = '', ...rest } = props;
  const id = useId();
  const known = useCall(CatalogService.method.listResources, { pageSize: 1000, provider, state: Resource_State.PUBLISHED });
  const entries = known.data?.resources ?? [];
  const chosen = entries.find(({ name }) => name === props.value.trim());
  return (
    <>
      <TextField {...rest} list={id} {...(chosen === undefined ? {} : { hint: chosen.title })} />
      <datalist id={id}>
        {entries.map(({ name, title }) => <option key={name} value={name}>{title}</option>)}
      </datalist>
    </>
  );
}
