// SPDX-License-Identifier: Apache-2.0
// Who is signed in, and what that person may be shown. Services decide; this only hides.
import type { DescMethod } from '@bufbuild/protobuf';
import { createContext, useContext } from 'react';
import { admits } from '@/api/request';
import type { Session } from '@/gen/shareway/console/v1/session_pb';
import type { Role } from '@/gen/shareway/policy_pb';

export interface Person {
  /** people/{p}. */
  readonly name: string;
  /** agencies/{a}. */
  readonly agency: string;
  readonly roles: readonly Role[];
  readonly session: Session;
}

export const PersonContext = createContext<Person | null>(null);

/** The person signed in. For pages behind the sign-in. */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (person === null) throw new Error('nobody is signed in');
  return person;
}

/** Whether the person is admitted to a method at all: `const may = useMay(); may(Service.method.x)`. */
export function useMay(): (method: DescMethod) => boolean {
  const person = useContext(PersonContext);
  return (method) => person !== null && admits(method, person.roles);
}

export const personOf = (session: Session): Person => ({
  name: session.person, agency: session.agency, roles: session.roles, session,
});
