// SPDX-License-Identifier: Apache-2.0
// What the node knows of a grant now: whether it may be used, for how long, and what is left today.
import { useEffect, useState, type ReactNode } from 'react';
import { useBackend } from '@/api';
import { ExchangeService } from '@/gen/shareway/exchange/v1/exchange_service_pb';
import type { MyGrant } from '@/gen/shareway/exchange/v1/exchange_message_pb';
import { useFormat } from '@/i18n/format';
import { Facts, Status } from '@/ui';
import { useText } from './texts';

// The node tells all grants first, and then waits for changes: nobody waits with it.
const LONGEST_MS = 5000;

/** Read anew for each grant and each `round`. What cannot be read is not shown: it decides nothing. */
export function GrantState(props: { grant: string; round: number }): ReactNode {
  const t = useText();
  const format = useFormat();
  const backend = useBackend();
  const [state, setState] = useState<MyGrant | undefined>();
  const { grant, round } = props;
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const all = backend.stream(ExchangeService.method.watchMyGrants, {}, { signal: stop.signal, timeoutMs: LONGEST_MS });
      for await (const one of all) {
        if (stop.signal.aborted) return;
        if (one.grant?.name !== grant) continue;
        setState(one);
        stop.abort();
        return;
      }
    };
    setState((old) => (old?.grant?.name === grant ? old : undefined));
    read().catch(() => undefined);
    return () => stop.abort();
  }, [backend, grant, round]);
  if (state === undefined) return null;
  const left = state.quotaLeft;
  const of = (value: bigint | undefined, shown: (value: bigint) => string): string =>
    (value === undefined ? '' : shown(value));
  return (
    <>
      {!state.usable && <p><Status tone="bad">{t('state.unusable', { reason: state.reason })}</Status></p>}
      <Facts rows={[
        [t('state.days'), String(state.daysLeft)], [t('state.calls'), of(left?.calls, format.number)],
        [t('state.rows'), of(left?.rows, format.number)], [t('state.bytes'), of(left?.bytes, format.bytes)],
      ]} />
    </>
  );
}
