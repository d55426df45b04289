// SPDX-License-Identifier: Apache-2.0
// Confirms a proposal: one act of PutPerson, signed once, is filed with the proposal and then taken by
// the directory, where the roles hold.
import { fromBinary } from '@bufbuild/protobuf';
import { useContext, useState } from 'react';
import { type ApiError, newRequestId, toApiError, useApi } from '@/api';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import type { RoleProposal } from '@/gen/shareway/console/v1/account_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { SignedActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import type { Role } from '@/gen/shareway/policy_pb';
import { SignerContext } from '@/session/act';
import { usePerson } from '@/session/person';
import { actOf, carrying, NotSigned } from '@/session/signer';

/** The roles that a proposal leaves to who holds `roles` now, in the contract's order. */
export const rolesAfter = (roles: readonly Role[], of: Pick<RoleProposal, 'grant' | 'withdraw'>): Role[] =>
  [...new Set([...roles, ...of.grant])].filter((role) => !of.withdraw.includes(role)).sort((a, b) => a - b);

export interface Assign {
  /** True once the directory has it. */
  readonly run: (proposal: RoleProposal, displayName: string) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly notSigned: string | undefined;
  readonly clear: () => void;
}

export function useAssign(): Assign {
  const { backend, stepUp } = useApi();
  const sign = useContext(SignerContext);
  const me = usePerson().name;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const [notSigned, setNotSigned] = useState<string | undefined>();
  const clear = (): void => { setError(undefined); setNotSigned(undefined); };
  const fresh = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (thrown) {
      if (!toApiError(thrown).factorStale || !(await stepUp())) throw thrown;
      return call();
    }
  };
  const run = async (proposal: RoleProposal, displayName: string): Promise<boolean> => {
    setBusy(true);
    clear();
    try {
      const { putPerson } = DirectoryService.method;
      const { name, etag, person, agency } = proposal;
      const { roles } = await backend.call(AccountService.method.getPermissionFile, { person, pageSize: 1 });
      const record = { person: { name: person, displayName, agency, roles: rolesAfter(roles, proposal) } };
      const act = actOf(putPerson, record, me, newRequestId(), new Date());
      const signed = await sign(act, me);
      const carrier = carrying(putPerson.input, act, signed);
      const filed = { name, etag, putPerson: fromBinary(SignedActSchema, signed), requestId: newRequestId() };
      await fresh(() => backend.call(AccountService.method.assignRole, filed));
      await fresh(() => backend.call(putPerson, carrier));
      return true;
    } catch (thrown) {
      if (thrown instanceof NotSigned) setNotSigned(thrown.why);
      else setError(toApiError(thrown));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, notSigned, clear };
}
