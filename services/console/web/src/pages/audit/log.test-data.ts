// SPDX-License-Identifier: Apache-2.0
// A small log with real hashes and keys, made by Node's own cryptography.
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { EnvelopeSchema, SignatureSchema, Suite, type Signature } from '@/gen/shareway/evidence/v1/envelope_pb';
import { AuditRecordSchema, RecordKind } from '@/gen/shareway/evidence/v1/record_pb';
import { TAX } from '@/test/render';

const H = (...parts: (Uint8Array | string)[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};
const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);
const half = (n: number): number => { let k = 1; while (k * 2 < n) k *= 2; return k; };
export const rootOfAll = (d: readonly Uint8Array[]): Uint8Array => (d.length === 0 ? H()
  : d.length === 1 ? H(ZERO, d[0] as Uint8Array)
    : H(ONE, rootOfAll(d.slice(0, half(d.length))), rootOfAll(d.slice(half(d.length)))));
export const pathOf = (m: number, d: readonly Uint8Array[]): Uint8Array[] => {
  if (d.length === 1) return [];
  const k = half(d.length);
  return m < k ? [...pathOf(m, d.slice(0, k)), rootOfAll(d.slice(k))] : [...pathOf(m - k, d.slice(k)), rootOfAll(d.slice(0, k))];
};
export const growthOf = (m: number, d: readonly Uint8Array[], whole = true): Uint8Array[] => {
  if (m === d.length) return whole ? [] : [rootOfAll(d)];
  const k = half(d.length);
  return m <= k ? [...growthOf(m, d.slice(0, k), whole), rootOfAll(d.slice(k))]
    : [...growthOf(m - k, d.slice(k), false), rootOfAll(d.slice(0, k))];
};

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export interface NoteKey { readonly name: string; readonly verifier: string; readonly hash: Uint8Array; readonly secret: KeyObject; readonly type: number }

export function noteKey(name: string, type: 1 | 4): NoteKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })).slice(-32);
  const typed = Uint8Array.of(type, ...raw);
  const hash = H(`${name}\n`, typed).slice(0, 4);
  return { name, type, secret: privateKey, hash, verifier: `${name}+${Buffer.from(hash).toString('hex')}+${b64(typed)}` };
}

export function signedNote(key: NoteKey, size: number, root: Uint8Array): string {
  const text = `${key.name}\n${size}\n${b64(root)}\n`;
  const signature = sign(null, Buffer.from(text), key.secret);
  return `${text}\n\u2014 ${key.name} ${b64(Uint8Array.of(...key.hash, ...signature))}\n`;
}

export function cosignature(key: NoteKey, note: string, at: number): string {
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), key.secret);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(at));
  return `\u2014 ${key.name} ${b64(Uint8Array.of(...key.hash, ...time, ...signature))}\n`;
}

const producer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PRODUCER_KEY = new Uint8Array(producer.publicKey.export({ type: 'spki', format: 'der' }));

function signature(payload: Uint8Array): Signature {
  const root = H(ZERO, 'shareway/v1/statement\n', H(payload));
  const size = new Uint8Array(8);
  size[7] = 1;
  const signed = Buffer.concat([Buffer.from('shareway/v1/batch\n'), Uint8Array.of(1), H(PRODUCER_KEY), size, root]);
  return create(SignatureSchema, { suite: Suite.P256_SHA256, keyId: H(PRODUCER_KEY), index: 0, size: 1,
    bytes: sign('sha256', signed, producer.privateKey) });
}

export interface TestEntry { readonly index: bigint; readonly commitment: Uint8Array; readonly sealed: { record: Uint8Array; salt: Uint8Array } }

function entry(index: number): TestEntry {
  const payload = toBinary(AuditRecordSchema, create(AuditRecordSchema, {
    kind: index === 1 ? RecordKind.EXCHANGE_REFUSED : RecordKind.GRANT_CREATED, producer: 'shareway://demo/services/sharing',
    sequence: BigInt(index + 1), time: timestampFromDate(new Date('2026-11-20T02:00:00Z')), agencies: [TAX],
    object: `grants/g${index}`, request: 'requests/r7', reason: index === 1 ? 'GRANT_SUSPENDED' : '' }));
  const record = toBinary(EnvelopeSchema, create(EnvelopeSchema, { payload, signature: signature(payload) }));
  const salt = new Uint8Array(16).fill(index + 1);
  return { index: BigInt(index), commitment: H('shareway/v1/entry\n', salt, record), sealed: { record, salt } };
}

export const ENTRIES: readonly TestEntry[] = Array.from({ length: 7 }, (_, i) => entry(i));
export const COMMITMENTS = ENTRIES.map(({ commitment }) => commitment);
export const LOG = noteKey('demo.example/audit', 1);
export const WITNESS = noteKey('demo.example/n1', 4);
