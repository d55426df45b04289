// SPDX-License-Identifier: Apache-2.0
// Evidence packs as they come: a page after the other, each a whole file (proto/FORMATS.md section 6).
import type { MessageInitShape } from '@bufbuild/protobuf';
import { unbase64 } from '@/api';
import type { Backend } from '@/api';
import { AuditService, type ExportEvidenceRequestSchema } from '@/gen/shareway/audit/v1/audit_service_pb';
import { signedSteps, type Step } from './check';
import { parseNote } from './note';
import { checkInclusion, commitmentOf, leafOf, type Bytes } from './proof';

export interface Pack {
  /** Empty: there is nothing, or nothing more. */
  readonly bytes: Bytes;
  /** For the pack after it; empty: this was the last. */
  readonly next: string;
}

const TIMEOUT_MS = 29_000; // just under the gateway's bound

/**
 * The next pack. A stretch of the log that has nothing comes as an empty pack with a token; those are passed.
 * `going` is told of each, and ends it by false.
 */
export async function nextPack(
  backend: Backend, request: MessageInitShape<typeof ExportEvidenceRequestSchema>, token: string,
  going: () => boolean = () => true,
): Promise<Pack> {
  let pageToken = token;
  for (;;) {
    const answer = await backend.call(AuditService.method.exportEvidence, { ...request, pageToken } as typeof request,
      { timeoutMs: TIMEOUT_MS });
    pageToken = answer.nextPageToken;
    if (answer.pack.length > 0 || pageToken === '' || !going()) return { bytes: answer.pack, next: pageToken };
  }
}

/** The public keys in a pack; those that cannot be read are left out. */
export function keysOf(pack: Bytes): Bytes[] {
  try {
    const { keys } = JSON.parse(new TextDecoder().decode(pack)) as { keys?: unknown };
    return (Array.isArray(keys) ? keys : [])
      .flatMap((key) => { const bytes = typeof key === 'string' ? unbase64(key) : undefined; return bytes === undefined ? [] : [bytes]; });
  } catch {
    return [];
  }
}

export interface PackShape { readonly entries: number; readonly checkpoint: string }
/** How much a pack holds. */
export function shapeOf(pack: Bytes): PackShape | undefined {
  try {
    const json = JSON.parse(new TextDecoder().decode(pack)) as { entries?: unknown; checkpoint?: unknown };
    if (!Array.isArray(json.entries) || typeof json.checkpoint !== 'string') return undefined;
    return { entries: json.entries.length, checkpoint: json.checkpoint };
  } catch {
    return undefined;
  }
}

interface PackEntry { readonly index: number; readonly salt: string; readonly record: string; readonly path: readonly string[] }

/**
 * That a pack's entries lie under its own checkpoint, and who signed that. Signatures of the entries are the
 * offline verifier's to check.
 */
export async function packSteps(pack: Bytes): Promise<Step[]> {
  const broken: Step = { key: 'pack', verdict: 'bad', text: 'pack.unreadable' };
  let entries: readonly PackEntry[];
  let checkpoint: string;
  let cosignatures: readonly string[];
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(pack)) as
      { entries: readonly PackEntry[]; checkpoint: string; cosignatures: readonly string[] };
    ({ entries, checkpoint, cosignatures } = json);
    const note = parseNote(checkpoint);
    for (const entry of entries) {
      // Numbers that JSON's reader rounds would name another entry.
      if (!Number.isSafeInteger(entry.index)) return [{ key: 'pack', verdict: 'open', text: 'pack.large' }];
      const wrong: Step = { key: 'entries', verdict: 'bad', text: 'pack.bad', values: { index: entry.index } };
      const [salt, record, ...path] = [entry.salt, entry.record, ...entry.path].map(unbase64);
      if (salt === undefined || record === undefined || path.some((hash) => hash === undefined)) return [wrong];
      try {
        const leaf = await leafOf(await commitmentOf(salt, record));
        await checkInclusion(leaf, BigInt(entry.index), note.size, path.filter((hash) => hash !== undefined), note.root);
      } catch {
        return [wrong];
      }
    }
  } catch {
    return [broken];
  }
  const held: Step = { key: 'entries', verdict: 'good', text: 'pack.good', values: { count: entries.length } };
  return [held, ...await signedSteps(checkpoint, cosignatures), { key: 'rest', verdict: 'open', text: 'pack.rest' }];
}
