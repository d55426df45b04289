// SPDX-License-Identifier: Apache-2.0
// The newest witnessed checkpoint and what is checked of it.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useState } from 'react';
import { useBackend, useCall, type Read } from '@/api';
import { AuditService, type Checkpoint } from '@/gen/shareway/audit/v1/audit_service_pb';
import { checkpointSteps, type AskGrowth, type Step } from './check';
import { useChecked } from './Checks';

export interface CheckedCheckpoint {
  readonly read: Read<Checkpoint>;
  readonly steps: readonly Step[] | undefined;
  /** Checks once more, by the keys that are pinned now. */
  readonly again: () => void;
}

export function useCheckpoint(poll: number): CheckedCheckpoint {
  const backend = useBackend();
  const [round, setRound] = useState(0);
  const read = useCall(AuditService.method.getCheckpoint, {}, { poll });
  const ask: AskGrowth = (oldSize, newSize) =>
    backend.call(AuditService.method.getConsistencyProof, { oldSize, newSize });
  const checkpoint = read.data;
  const steps = useChecked(
    checkpoint === undefined ? '' : `${round} ${checkpoint.note} ${checkpoint.cosignatures.join()}`,
    () => (checkpoint === undefined ? Promise.resolve([]) : checkpointSteps(checkpoint, ask, new Date())));
  return { read, steps, again: () => setRound((n) => n + 1) };
}

/** When a checkpoint was signed. */
export const signedAt = (checkpoint: Checkpoint): Date | undefined =>
  (checkpoint.time === undefined ? undefined : timestampDate(checkpoint.time));
