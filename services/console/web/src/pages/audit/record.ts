// SPDX-License-Identifier: Apache-2.0
// Records out of entries of the log.
import { fromBinary } from '@bufbuild/protobuf';
import type { LogEntry } from '@/gen/shareway/audit/v1/audit_service_pb';
import { ActSchema, EnvelopeSchema, type Act, type Envelope } from '@/gen/shareway/evidence/v1/envelope_pb';
import { AuditRecordSchema, RecordKind, type AuditRecord } from '@/gen/shareway/evidence/v1/record_pb';

export interface Opened { readonly envelope: Envelope; readonly record: AuditRecord }

/** An entry's record; undefined if it is withheld, expired or cannot be read. */
export function opened(entry: LogEntry): Opened | undefined {
  if (entry.sealed === undefined) return undefined;
  try {
    const envelope = fromBinary(EnvelopeSchema, entry.sealed.record);
    return { envelope, record: fromBinary(AuditRecordSchema, envelope.payload) };
  } catch {
    return undefined;
  }
}

/** The act that a record rests on. */
export function actOf(record: AuditRecord): Act | undefined {
  if (record.act === undefined) return undefined;
  try {
    return fromBinary(ActSchema, record.act.act);
  } catch {
    return undefined;
  }
}

/** Names of kinds, by number, as the contract has them. */
export const KINDS: readonly string[] = Object.values(RecordKind)
  .filter((kind): kind is RecordKind => typeof kind === 'number' && kind !== RecordKind.RECORD_KIND_UNSPECIFIED)
  .sort((a, b) => a - b)
  .map((kind) => RecordKind[kind]);
