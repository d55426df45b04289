// SPDX-License-Identifier: Apache-2.0
// Where accounts stand, and why; the code that opens one.
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { Account_State as State, type Account } from '@/gen/shareway/console/v1/account_pb';
import type { AccountCode } from '@/gen/shareway/console/v1/account_service_pb';
import { Status, type Tone } from '@/ui';
import { useText } from './texts';

export const STATES = ['INVITED', 'ACTIVE', 'SUSPENDED', 'CANCELLED'] as const;
const TONES: readonly Tone[] = ['plain', 'good', 'warn', 'quiet'];

export function AccountState(props: { of: Account }): ReactNode {
  const t = useText();
  const { state, stateReason } = props.of;
  const at = STATES.findIndex((one) => State[one] === state);
  const key = STATES[at];
  const why = stateReason === 'STALE' ? t('why.STALE') : stateReason === 'CONTRACT_OVER' ? t('why.CONTRACT_OVER') : stateReason;
  return (
    <Status tone={TONES[at] ?? 'plain'}>
      {key === undefined ? String(state) : t(`state.${key}`)}{why !== '' && <> · <bdi>{why}</bdi></>}
    </Status>
  );
}

/** The code is told this once; who repeated the request is told so. */
export function CodeTold(props: { of: AccountCode }): ReactNode {
  const t = useText();
  const { code, account } = props.of;
  return (
    <Alert role="status" type={code === '' ? 'warning' : 'success'} showIcon style={{ marginBottom: '1rem' }}
      title={code === '' ? t('code.repeated') : t('code.told', { person: account?.person ?? '' })}
      description={code !== '' && <><p><code className="sw-code">{code}</code></p><p>{t('code.how')}</p></>} />
  );
}
