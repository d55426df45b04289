// SPDX-License-Identifier: Apache-2.0
// How far an application to connect a node is.
import type { ReactNode } from 'react';
import { NodeApplication_State as State } from '@/gen/shareway/catalog/v1/directory_pb';
import { Status } from '@/ui';
import { useText } from './texts';
import { stateKey } from './words';

export function ApplicationState(props: { state: State }): ReactNode {
  const t = useText();
  const { state } = props;
  return (
    <Status tone={state === State.APPROVED ? 'good' : state === State.RETURNED ? 'warn' : 'plain'}>
      {t(stateKey(state))}
    </Status>
  );
}
