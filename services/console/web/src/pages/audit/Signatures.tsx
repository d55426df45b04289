// SPDX-License-Identifier: Apache-2.0
// Who signed what an entry says. The keys come in the entry's evidence pack, which is fetched on demand:
// fetching it is itself recorded.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { toApiError, useBackend, type ApiError } from '@/api';
import type { LogEntry } from '@/gen/shareway/audit/v1/audit_service_pb';
import { ErrorPanel } from '@/ui';
import type { Step } from './check';
import { Checks } from './Checks';
import type { Outcome } from './note';
import { keysOf, nextPack } from './pack';
import { sha256 } from './proof';
import { actOf, opened } from './record';
import { batchOutcome, keysById, webauthnOutcome } from './signatures';
import { useText } from './texts';

/** The signatures of an entry's record, each by the keys given. */
export async function signatureSteps(entry: LogEntry, packKeys: readonly Uint8Array[]): Promise<Step[]> {
  const found = opened(entry);
  if (found === undefined) return [];
  const { envelope, record } = found;
  const keys = await keysById(packKeys);
  const outcomes: [role: 'producer' | 'consumer' | 'provider' | 'person', outcome: Outcome][] = [];
  outcomes.push(['producer', envelope.signature === undefined ? 'bad'
    : await batchOutcome(envelope.signature, await sha256(envelope.payload), keys)]);
  if (record.requestSignature !== undefined) {
    outcomes.push(['consumer', await batchOutcome(record.requestSignature, record.requestDigest, keys)]);
  }
  if (record.responseSignature !== undefined) {
    outcomes.push(['provider', await batchOutcome(record.responseSignature, record.responseDigest, keys)]);
  }
  if (record.act !== undefined) {
    const { act, signature, webauthn } = record.act;
    outcomes.push(['person', signature === undefined ? 'bad'
      : webauthn === undefined ? await batchOutcome(signature, await sha256(act), keys)
        : await webauthnOutcome(webauthn, signature, act, keys)]);
  }
  const person = actOf(record)?.person ?? '';
  return outcomes.map(([role, outcome]) => ({
    key: role,
    verdict: outcome === 'good' ? 'good' : outcome === 'bad' ? 'bad' : 'open',
    text: outcome === 'good' ? `${role}.good` : outcome === 'bad' ? `${role}.bad` : `${role}.${outcome}`,
    values: { person },
  }));
}

export function Signatures(props: { entry: LogEntry }): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [steps, setSteps] = useState<readonly Step[]>();
  const check = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const pack = await nextPack(backend, { indices: [props.entry.index] }, '');
      setSteps(await signatureSteps(props.entry, keysOf(pack.bytes)));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="entry-signatures">
      <h2 id="entry-signatures">{t('signatures.title')}</h2>
      <p>{t('signatures.how')}</p>
      <Button onClick={() => void check()} loading={busy}>{t('signatures.check')}</Button>
      <ErrorPanel error={error} />
      {steps !== undefined && <Checks steps={steps} />}
    </section>
  );
}
