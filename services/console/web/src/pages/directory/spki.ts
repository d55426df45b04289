// SPDX-License-Identifier: Apache-2.0
// Public keys as people have them: PEM or base64, alone or in a certificate.
import { base64, hexOf, sha256 } from '@/api';

/** A public key, and the end of the certificate it came in. */
export interface PublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The certificate's last day, CCYY-MM-DD; empty: it came alone. */
  readonly endDate: string;
}

interface Part { readonly tag: number; readonly from: number; readonly body: number; readonly end: number }

/** One value of DER at `at`; undefined if it is cut or too long. */
function partAt(bytes: Uint8Array, at: number): Part | undefined {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) return undefined;
  let body = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 3) return undefined;
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[body + i] ?? 0);
    body += count;
  }
  return body + length > bytes.length ? undefined : { tag, from: at, body, end: body + length };
}

function partsIn(bytes: Uint8Array, whole: Part): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = whole.body; at < whole.end;) {
    const part = partAt(bytes, at);
    if (part === undefined || part.end > whole.end) return undefined;
    parts.push(part);
    at = part.end;
  }
  return parts;
}

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const isKey = (parts: readonly Part[]): boolean =>
  parts.length === 2 && parts[0]?.tag === SEQUENCE && parts[1]?.tag === BIT_STRING;

/** The day of a UTCTime or GeneralizedTime. */
function dayOf(bytes: Uint8Array, part: Part): string {
  const text = String.fromCharCode(...bytes.subarray(part.body, part.end));
  const long = part.tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? `20${text}` : `19${text}`) : text;
  return `${long.slice(0, 4)}-${long.slice(4, 6)}-${long.slice(6, 8)}`;
}

/** From PEM or base64 of a SubjectPublicKeyInfo or a certificate (X.509); undefined if it is neither. */
export function readPublicKey(text: string): PublicKey | undefined {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')),
      (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
  const whole = partAt(bytes, 0);
  if (whole === undefined || whole.tag !== SEQUENCE || whole.end !== bytes.length) return undefined;
  const parts = partsIn(bytes, whole);
  if (parts === undefined) return undefined;
  if (isKey(parts)) return { spki: bytes, endDate: '' };
  const certificate = parts[0];
  if (parts.length !== 3 || certificate?.tag !== SEQUENCE) return undefined;
  const fields = partsIn(bytes, certificate)?.filter(({ tag }) => tag !== 0xa0) ?? [];
  // serial, algorithm, issuer, validity, subject, key
  const [, , , validity, , key] = fields;
  if (validity === undefined || key === undefined) return undefined;
  const inside = partsIn(bytes, key);
  const end = partsIn(bytes, validity)?.[1];
  if (inside === undefined || !isKey(inside) || end === undefined) return undefined;
  return { spki: bytes.slice(key.from, key.end), endDate: dayOf(bytes, end) };
}

/** keys/{first 32 hex digits of SHA-256}, as the directory names it. */
export const keyName = async (spki: Uint8Array): Promise<string> =>
  `keys/${hexOf(await sha256(spki)).slice(0, 32)}`;

/** PEM of a SubjectPublicKeyInfo. */
export function pemOf(spki: Uint8Array): string {
  const lines = base64(spki).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----'].join('\n');
}
