// SPDX-License-Identifier: Apache-2.0
// The roles of the law's people in words.
import type { ReactNode } from 'react';
import { Role } from '@/gen/shareway/policy_pb';
import { useAreaText } from '@/i18n';

/** All roles that a person can hold, in the order of the contract. */
export const ROLES: readonly Role[] = Object.values(Role)
  .filter((role): role is Role => typeof role === 'number' && role !== Role.ROLE_UNSPECIFIED);

/** A role's words; its number where a later service has one that this page does not know. */
export function useRoleName(): (role: Role) => string {
  const t = useAreaText('roles');
  return (role) => (ROLES.includes(role) ? t(Role[role] ?? '') : String(role));
}

export function RoleNames(props: { roles: readonly Role[] }): ReactNode {
  const name = useRoleName();
  const t = useAreaText('roles');
  return props.roles.length === 0 ? <>{t('none')}</>
    : <>{props.roles.map(name).join(t('and'))}</>;
}

/** Boxes to tick roles by. `roles` are those offered. */
export function RoleBoxes(props: {
  label: string; value: readonly Role[]; set: (roles: Role[]) => void; roles?: readonly Role[];
  faults?: readonly string[];
}): ReactNode {
  const name = useRoleName();
  const { value } = props;
  return (
    <fieldset className="sw-field">
      <legend>{props.label}</legend>
      {(props.roles ?? ROLES).map((role) => (
        <label key={role} style={{ display: 'inline-block', marginInlineEnd: '1rem' }}>
          <input type="checkbox" checked={value.includes(role)}
            onChange={() => props.set(value.includes(role) ? value.filter((one) => one !== role)
              : [...value, role].sort((a, b) => a - b))} />{' '}{name(role)}
        </label>
      ))}
      <div className="sw-fault" aria-live="polite">
        {props.faults?.map((fault) => <div key={fault}><bdi>{fault}</bdi></div>)}
      </div>
    </fieldset>
  );
}
