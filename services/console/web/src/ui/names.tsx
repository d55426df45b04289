// SPDX-License-Identifier: Apache-2.0
// Agencies by their display names; a name is asked for once.
import { useEffect, useState, type ReactNode } from 'react';
import { useBackend, type Backend } from '@/api';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';

const asked = new WeakMap<Backend, Map<string, Promise<string>>>();

/** An agency's display name; its own name where the directory does not tell. */
export function agencyName(backend: Backend, name: string): Promise<string> {
  const names = asked.get(backend) ?? new Map<string, Promise<string>>();
  asked.set(backend, names);
  let found = names.get(name);
  if (found === undefined) {
    found = backend.call(DirectoryService.method.getAgency, { name })
      .then((agency) => agency.displayName || name)
      .catch(() => {
        names.delete(name); // it is asked for again, next time
        return name;
      });
    names.set(name, found);
  }
  return found;
}

export function AgencyName(props: { name: string }): ReactNode {
  const backend = useBackend();
  const [shown, setShown] = useState(props.name);
  useEffect(() => {
    let wanted = true;
    setShown(props.name);
    if (props.name !== '') void agencyName(backend, props.name).then((name) => { if (wanted) setShown(name); });
    return () => { wanted = false; };
  }, [backend, props.name]);
  return <bdi title={props.name}>{shown}</bdi>;
}
