// SPDX-License-Identifier: Apache-2.0
// What is checked of an entry and of a checkpoint, step by step. Each step says what was found, or that it
// was not checked and why; nothing that was not checked is shown as good.
import type { Checkpoint, ConsistencyProof, InclusionProof, LogEntry } from '@/gen/shareway/audit/v1/audit_service_pb';
import type { Values } from '@/i18n';
import { checkCheckpoint, parseNote, parseVerifier, type Note, type Verifier } from './note';
import { headSeen, keepHead, pinnedKeys } from './pins';
import { checkConsistency, checkInclusion, commitmentOf, leafOf, same } from './proof';
import type { CheckText } from './Checks';

/** `open`: not checked. */
export type Verdict = 'good' | 'bad' | 'open';

export interface Step {
  readonly key: string;
  readonly verdict: Verdict;
  /** A sentence under `check` in the texts. */
  readonly text: CheckText;
  readonly values?: Values;
  /** Moments in the sentence: {{time}} and {{since}}. */
  readonly at?: Date;
  readonly since?: Date;
}

/** Asks for the proof that one tree is the beginning of another. */
export type AskGrowth = (oldSize: bigint, newSize: bigint) => Promise<ConsistencyProof>;

const step = (key: string, verdict: Verdict, text: CheckText, values?: Values, at?: Date, since?: Date): Step => ({
  key, verdict, text, ...(values === undefined ? {} : { values }), ...(at === undefined ? {} : { at }),
  ...(since === undefined ? {} : { since }),
});

/** The record under its commitment, and the commitment under the checkpoint's root. */
export async function entrySteps(
  entry: LogEntry, checkpoint: Checkpoint | undefined, proof: InclusionProof | undefined,
): Promise<Step[]> {
  const steps: Step[] = [];
  if (entry.sealed === undefined) steps.push(step('commitment', 'open', 'commitment.withheld'));
  else {
    const commitment = await commitmentOf(entry.sealed.salt, entry.sealed.record).catch(() => undefined);
    const good = commitment !== undefined && same(commitment, entry.commitment);
    steps.push(step('commitment', good ? 'good' : 'bad', good ? 'commitment.good' : 'commitment.bad'));
  }
  if (checkpoint === undefined) return [...steps, step('inclusion', 'open', 'inclusion.none')];
  let note: Note;
  try {
    note = parseNote(checkpoint.note);
  } catch {
    return [...steps, step('inclusion', 'open', 'inclusion.none')];
  }
  const values = { index: String(entry.index), size: String(note.size) };
  if (entry.index >= note.size) return [...steps, step('inclusion', 'open', 'inclusion.waiting', values)];
  if (proof === undefined) return [...steps, step('inclusion', 'open', 'inclusion.none')];
  try {
    // Size and root are the signed note's; the numbers beside it count for nothing.
    await checkInclusion(await leafOf(entry.commitment), entry.index, note.size, proof.path, note.root);
    return [...steps, step('inclusion', 'good', 'inclusion.good', values)];
  } catch {
    return [...steps, step('inclusion', 'bad', 'inclusion.bad', values)];
  }
}

/** Keys that the person pinned; those that cannot be read are told as a step. */
async function pins(): Promise<{ keys: Verifier[]; faults: Step[] }> {
  const keys: Verifier[] = [];
  const faults: Step[] = [];
  for (const line of pinnedKeys()) {
    try {
      keys.push(await parseVerifier(line));
    } catch {
      faults.push(step(`pin ${line}`, 'bad', 'pin.bad', { key: line.slice(0, 60) }));
    }
  }
  return { keys, faults };
}

interface Signed { readonly steps: Step[]; readonly note: Note | undefined; readonly held: boolean }

/** Whose signatures a note has. `held`: a key of the log signed it, pinned or named by the service. */
async function signedOf(text: string, cosignatures: readonly string[], named: string): Promise<Signed> {
  const { keys, faults } = await pins();
  const none = { steps: [step('note', 'bad', 'note.bad'), ...faults], note: undefined, held: false };
  const own = keys.some((key) => key.kind !== 'witness');
  // Without a pinned key of the log there is only the one that the service itself names.
  const told = own || named === '' ? [] : await parseVerifier(named).then((key) => [key], () => []);
  const found = await checkCheckpoint(text, cosignatures, [...keys, ...told]).catch(() => undefined);
  if (found === undefined) return none;
  const { origin } = found.note;
  const steps: Step[] = [];
  if (found.log.length === 0) steps.push(step('log', own ? 'bad' : 'open', own ? 'log.otherLog' : 'log.none', { origin }));
  for (const { kind, outcome } of found.log) {
    if (kind === 'national') {
      steps.push(outcome === 'missing' ? step(kind, 'bad', 'national.missing') : step(kind, 'open', 'national.unable'));
    } else if (outcome === 'good') {
      steps.push(own ? step(kind, 'good', 'log.good', { origin }) : step(kind, 'open', 'log.named', { origin }));
    } else if (outcome === 'unable') steps.push(step(kind, 'open', 'log.unable'));
    else steps.push(step(kind, 'bad', outcome === 'bad' ? 'log.bad' : 'log.missing', { origin }));
  }
  for (const { name, time, outcome } of found.witnesses) {
    const verdict = outcome === 'good' ? 'good' : outcome === 'unable' ? 'open' : 'bad';
    const said = outcome === 'good' ? 'witness.good' : outcome === 'unable' ? 'witness.unable' : 'witness.bad';
    steps.push(step(`witness ${name}`, verdict, said, { name }, new Date(Number(time) * 1000)));
  }
  if (found.unknownWitnesses > 0) {
    steps.push(step('witnesses', 'open', 'witness.unknown', { count: found.unknownWitnesses }));
  }
  const held = found.log.some(({ outcome }) => outcome === 'good') &&
    found.log.every(({ outcome }) => outcome === 'good' || outcome === 'unable');
  return { steps: [...steps, ...faults], note: found.note, held };
}

/** Whose signatures a note has, by the pinned keys alone. */
export const signedSteps = async (note: string, cosignatures: readonly string[]): Promise<Step[]> =>
  (await signedOf(note, cosignatures, '')).steps;

/** Whose signatures a checkpoint has, and whether the log only grew since it was last seen here. */
export async function checkpointSteps(checkpoint: Checkpoint, ask: AskGrowth, now: Date): Promise<Step[]> {
  const { steps, note, held } = await signedOf(checkpoint.note, checkpoint.cosignatures, checkpoint.verifierKey);
  if (note === undefined) return steps;
  // A head is remembered only if a key signed it; whoever has none of the log's cannot spoil the memory.
  return [...steps, await growthStep(note, checkpoint.note, held, ask, now)];
}

async function growthStep(note: Note, text: string, signed: boolean, ask: AskGrowth, now: Date): Promise<Step> {
  const seen = headSeen(note.origin);
  if (seen === undefined) {
    if (signed) keepHead(note, text, now);
    return step('growth', 'open', 'growth.first');
  }
  const values = { size: String(seen.size) };
  const grew = seen.size <= note.size;
  try {
    const [small, large] = grew ? [seen, note] : [note, seen];
    if (small.size === large.size) {
      if (!same(small.root, large.root)) return step('growth', 'bad', 'growth.bad', values, seen.at);
      return step('growth', 'good', 'growth.same', values, seen.at, seen.since);
    }
    const proof = await ask(small.size, large.size).catch(() => undefined);
    if (proof === undefined) return step('growth', 'open', 'growth.none', values, seen.at);
    await checkConsistency(small.size, small.root, large.size, large.root, proof.hashes);
  } catch {
    return step('growth', 'bad', 'growth.bad', values, seen.at);
  }
  if (grew && signed) keepHead(note, text, now, seen.since);
  return step('growth', 'good', grew ? 'growth.good' : 'growth.older', values, seen.at, seen.since);
}
