// SPDX-License-Identifier: Apache-2.0
// Signatures of producers, exchange partners and persons in a record (proto/FORMATS.md sections 2 and 3), as far
// as browsers have the algorithms: P-256 with SHA-256. SM2 is in none.
import { Suite, type Signature, type WebauthnProof } from '@/gen/shareway/evidence/v1/envelope_pb';
import type { Outcome } from './note';
import { base64 } from '@/api';
import { concat, NotProven, rootOf, same, sha256, utf8, type Bytes } from './proof';

const STATEMENT = concat(Uint8Array.of(0), utf8('shareway/v1/statement\n'));
const BATCH = utf8('shareway/v1/batch\n');
const MAX_BATCH = 1024;
// SubjectPublicKeyInfo of P-256: named curve, uncompressed point.
const P256_HEAD = Uint8Array.of(0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
  0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04);

/** r and s of a DER signature in its one spelling, 64 bytes as browsers want them; undefined for any other. */
export function rawSignature(der: Bytes): Uint8Array<ArrayBuffer> | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[1] >= 0x80) return undefined;
  const out = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const size = der[at + 1] ?? 0;
    const body = der.slice(at + 2, at + 2 + size);
    const [first = 0x80, second = 0] = body;
    const shortest = body.length === size && first < 0x80 && (first !== 0 || (size > 1 && second >= 0x80));
    if (der[at] !== 0x02 || !shortest) return undefined;
    const digits = first === 0 ? body.slice(1) : body;
    if (digits.length > 32) return undefined;
    out.set(digits, end - digits.length);
    at += 2 + size;
  }
  return at === der.length ? out : undefined;
}

async function p256(spki: Bytes, message: Bytes, der: Bytes): Promise<Outcome> {
  const raw = rawSignature(der);
  if (raw === undefined || spki.length !== 91 || !same(spki.slice(0, P256_HEAD.length), P256_HEAD)) return 'bad';
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  try {
    const key = await crypto.subtle.importKey('spki', concat(spki), algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, raw, concat(message)) ? 'good' : 'bad';
  } catch {
    return 'bad';
  }
}

/** Keys by their id (SHA-256 of the SubjectPublicKeyInfo), in base64. */
export async function keysById(keys: readonly Bytes[]): Promise<Map<string, Bytes>> {
  return new Map(await Promise.all(keys.map(async (key) => [base64(await sha256(key)), key] as const)));
}

/** Whether a batch signature holds over the payload of this SHA-256 digest. `missing`: its key is not there. */
export async function batchOutcome(
  signature: Signature, payloadDigest: Bytes, keys: ReadonlyMap<string, Bytes>,
): Promise<Outcome> {
  const spki = keys.get(base64(signature.keyId));
  if (spki === undefined) return 'missing';
  if (signature.suite === Suite.SM2_SM3) return 'unable';
  if (signature.suite !== Suite.P256_SHA256 || signature.size < 1 || signature.size > MAX_BATCH) return 'bad';
  let root: Bytes;
  try {
    root = await rootOf(await sha256(STATEMENT, payloadDigest), BigInt(signature.index), BigInt(signature.size), signature.path);
  } catch (thrown) {
    if (thrown instanceof NotProven) return 'bad';
    throw thrown;
  }
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(signature.size));
  const signed = concat(BATCH, Uint8Array.of(signature.suite), signature.keyId, size, root);
  return p256(spki, signed, signature.bytes);
}

/** Whether an authenticator signed the act in front of its person. */
export async function webauthnOutcome(
  proof: WebauthnProof, signature: Signature, act: Bytes, keys: ReadonlyMap<string, Bytes>,
): Promise<Outcome> {
  const spki = keys.get(base64(signature.keyId));
  if (spki === undefined) return 'missing';
  const { authenticatorData: data, clientDataJson } = proof;
  const alone = signature.suite === Suite.P256_SHA256 && signature.index === 0 && signature.size === 1 &&
    signature.path.length === 0;
  if (!alone || data.length < 37 || ((data[32] ?? 0) & 5) !== 5) return 'bad';
  const challenge = base64(await sha256(act)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const begin = utf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"`);
  if (!same(clientDataJson.slice(0, begin.length), begin)) return 'bad';
  return p256(spki, concat(data, await sha256(clientDataJson)), signature.bytes);
}
