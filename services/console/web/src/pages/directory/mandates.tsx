// SPDX-License-Identifier: Apache-2.0
// Whether a mandate is to come, in force, over or ended.
import type { ReactNode } from 'react';
import type { Mandate } from '@/gen/shareway/catalog/v1/directory_pb';
import { Status } from '@/ui';
import { today } from './days';
import { useText } from './texts';

export type MandateState = 'toCome' | 'inForce' | 'over' | 'ended';

/** On `day`, CCYY-MM-DD; both its first and its last day count. */
export function mandateState(mandate: Mandate, day: string): MandateState {
  if (mandate.endedTime !== undefined) return 'ended';
  if (day < mandate.startDate) return 'toCome';
  return day > mandate.endDate ? 'over' : 'inForce';
}

export function MandateStatus(props: { mandate: Mandate }): ReactNode {
  const t = useText();
  const state = mandateState(props.mandate, today());
  return (
    <Status tone={state === 'inForce' ? 'good' : state === 'toCome' ? 'plain' : 'quiet'}>
      {t(`mandate.${state}`)}
    </Status>
  );
}
