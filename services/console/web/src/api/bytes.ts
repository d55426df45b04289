// SPDX-License-Identifier: Apache-2.0
// Bytes as people and contracts write them.

export type Bytes = Uint8Array<ArrayBuffer>;

/** The hexadecimal digits of bytes, in lower case. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of hexadecimal digits, of which the caller knows that they are some. */
export const bytesOf = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** The bytes of base64 in its one strict spelling; undefined for any other text. */
export function unbase64(text: string): Bytes | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return base64(bytes) === text ? bytes : undefined;
}

export const sha256 = async (bytes: Uint8Array): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));

const PIECE = 1 << 20; // what a message of an upload holds

/** A file's bytes in the pieces of an upload, one at least; and their digest. */
export async function piecesOf(file: File): Promise<{ pieces: Bytes[]; digest: Bytes }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const count = Math.max(1, Math.ceil(bytes.length / PIECE));
  const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE));
  return { pieces, digest: new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) };
}
