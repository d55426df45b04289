// SPDX-License-Identifier: Apache-2.0
// Checkpoints as C2SP signed notes, and their signatures as far as this browser can check them
// (proto/FORMATS.md section 5). Browsers have Ed25519, since 2023 to 2025 by their make, and no SM2: what
// cannot be checked is said, and never counts as checked.
import { hexOf, unbase64 } from '@/api';
import { concat, same, sha256, utf8, type Bytes } from './proof';

/** Not a note, a signature line or a verifier key. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  constructor(readonly code: 'note' | 'signatureLine' | 'verifierKey', readonly what = '') { super(code); }
}

const NAME = /^[!-*,-~]{1,255}$/;
const LOG = 1;
const WITNESS = 4;
const NATIONAL = 0xff;
const NATIONAL_MARK = utf8('shareway/v1/sm2-sm3\n'); // after the type
const MAX_NOTE = 256 * 1024; // bytes

/** A key that a checker was told: NAME+HEX(hash)+BASE64(type ‖ key). */
export interface Verifier {
  readonly text: string;
  readonly name: string;
  readonly kind: 'log' | 'witness' | 'national';
  readonly hash: Bytes;
  readonly key: Bytes;
}

export async function parseVerifier(text: string): Promise<Verifier> {
  const refused = (): Malformed => new Malformed('verifierKey', text.slice(0, 80));
  const [name = '', hash = '', ...rest] = text.split('+');
  const typed = unbase64(rest.join('+'));
  if (rest.length === 0 || !NAME.test(name) || typed === undefined) throw refused();
  const computed = (await sha256(utf8(`${name}\n`), typed)).slice(0, 4);
  if (hexOf(computed) !== hash) throw refused();
  const made = (kind: Verifier['kind'], key: Bytes): Verifier => ({ text, name, kind, hash: computed, key });
  const type = typed[0];
  const key = typed.slice(1);
  if (type === NATIONAL) {
    const mark = NATIONAL_MARK.length;
    if (!same(key.slice(0, mark), NATIONAL_MARK) || key.length !== mark + 91) throw refused();
    return made('national', key.slice(mark));
  }
  if (key.length !== 32 || (type !== LOG && type !== WITNESS)) throw refused();
  return made(type === LOG ? 'log' : 'witness', key);
}

/** Whether a verifier key is a witness's, by its type alone. */
export const isWitness = (text: string): boolean =>
  unbase64(text.split('+').slice(2).join('+'))?.[0] === WITNESS;

/** The keys in the text of a key file: one a line, '#' starts a remark. */
export const verifierLines = (text: string): string[] =>
  text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));

export interface SignatureLine { readonly name: string; readonly hash: Bytes; readonly bytes: Bytes }

function parseLine(line: string): SignatureLine {
  const parts = line.slice(2).split(' ');
  const [name = '', text = ''] = parts;
  const raw = unbase64(text);
  if (!line.startsWith('\u2014 ') || parts.length !== 2 || !NAME.test(name) || raw === undefined || raw.length <= 4) {
    throw new Malformed('signatureLine', line.slice(0, 80));
  }
  return { name, hash: raw.slice(0, 4), bytes: raw.slice(4) };
}

/** A checkpoint's note, read and not verified. */
export interface Note {
  /** What is signed. */
  readonly text: string;
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
  readonly lines: readonly SignatureLine[];
}

export function parseNote(note: string): Note {
  const blank = note.lastIndexOf('\n\n');
  // No control character but the line feed; what is over the bound is not read.
  if (utf8(note).length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(note) ||
      blank < 0 || !note.endsWith('\n') || note.length <= blank + 2) throw new Malformed('note');
  const text = note.slice(0, blank + 1);
  const lines = note.slice(blank + 2, -1).split('\n').map(parseLine);
  const body = text.split('\n');
  const [origin = '', size = '', rootText = ''] = body;
  const root = unbase64(rootText);
  if (body.length < 4 || !NAME.test(origin) || !/^(0|[1-9][0-9]{0,19})$/.test(size) || BigInt(size) >= 1n << 64n ||
      root === undefined || root.length !== 32) throw new Malformed('note');
  return { text, origin, size: BigInt(size), root, lines };
}

/** What came of one signature. `unable`: this browser does not have the algorithm. */
export type Outcome = 'good' | 'bad' | 'missing' | 'unable';

const numberOf = (bytes: Bytes): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${hexOf(bytes)}`));
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

/** Ed25519 by RFC 8032 5.1.7. S has to be below the group's order, whatever the browser thinks of it. */
async function ed25519(key: Bytes, message: Bytes, signature: Bytes): Promise<Outcome> {
  if (signature.length !== 64 || numberOf(signature.slice(32).reverse()) >= ORDER) return 'bad';
  let loaded: CryptoKey;
  try {
    loaded = await crypto.subtle.importKey('raw', concat(key), { name: 'Ed25519' }, false, ['verify']);
  } catch (thrown) {
    // Browsers without it name it NotSupportedError; a key that is no point is a DataError.
    return thrown instanceof Error && thrown.name === 'DataError' ? 'bad' : 'unable';
  }
  return await crypto.subtle.verify({ name: 'Ed25519' }, loaded, concat(signature), concat(message)) ? 'good' : 'bad';
}

const isBy = (line: SignatureLine, verifier: Verifier): boolean =>
  line.name === verifier.name && same(line.hash, verifier.hash);

/** What a log's key says of a note; of several lines by one key the first counts. */
export async function signedBy(note: Note, verifier: Verifier): Promise<Outcome> {
  const line = note.lines.find((one) => isBy(one, verifier));
  if (line === undefined) return 'missing';
  return verifier.kind === 'national' ? 'unable' : ed25519(verifier.key, utf8(note.text), line.bytes);
}

/** A witness's line over the note, by the key of `verifier`; `missing` if it is by another. */
export async function cosignedBy(note: Note, line: SignatureLine, verifier: Verifier): Promise<Outcome> {
  if (verifier.kind !== 'witness' || !isBy(line, verifier)) return 'missing';
  if (line.bytes.length !== 72) return 'bad';
  return ed25519(verifier.key, utf8(`cosignature/v1\ntime ${timeOf(line)}\n${note.text}`), line.bytes.slice(8));
}

/** A cosignature's line, with its line feed. */
export function parseCosignature(text: string): SignatureLine {
  if (!text.endsWith('\n')) throw new Malformed('signatureLine');
  return parseLine(text.slice(0, -1));
}

/** When a witness says that it cosigned, in Unix seconds. */
export const timeOf = (line: SignatureLine): bigint => numberOf(line.bytes.slice(0, 8));

export interface CheckpointCheck {
  readonly note: Note;
  /** By kind of key that is pinned for the origin: each kind must have signed. */
  readonly log: readonly { readonly kind: 'log' | 'national'; readonly outcome: Outcome }[];
  /** One for each cosignature by a pinned witness's key. */
  readonly witnesses: readonly { readonly name: string; readonly time: bigint; readonly outcome: Outcome }[];
  /** Cosignatures by keys that nobody told this browser. */
  readonly unknownWitnesses: number;
}

/** Checks a note and its cosignatures against keys that were told. */
export async function checkCheckpoint(
  text: string, cosignatures: readonly string[], verifiers: readonly Verifier[],
): Promise<CheckpointCheck> {
  const note = parseNote(text);
  const pinned = verifiers.filter((one) => one.kind !== 'witness' && one.name === note.origin);
  const log: { kind: 'log' | 'national'; outcome: Outcome }[] = [];
  for (const kind of ['log', 'national'] as const) {
    const outcomes: Outcome[] = [];
    for (const one of pinned) if (one.kind === kind) outcomes.push(await signedBy(note, one));
    // One key of a kind is enough; a signature that is wrong is told before one that is not there.
    const outcome = (['good', 'bad', 'unable', 'missing'] as const).find((one) => outcomes.includes(one));
    if (outcome !== undefined) log.push({ kind, outcome });
  }
  const witnesses: { name: string; time: bigint; outcome: Outcome }[] = [];
  let unknownWitnesses = 0;
  for (const cosignature of cosignatures) {
    const line = parseCosignature(cosignature);
    const verifier = verifiers.find((one) => one.kind === 'witness' && isBy(line, one));
    if (verifier === undefined) unknownWitnesses += 1;
    else witnesses.push({ name: line.name, time: timeOf(line), outcome: await cosignedBy(note, line, verifier) });
  }
  return { note, log, witnesses, unknownWitnesses };
}
