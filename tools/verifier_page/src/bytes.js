// SPDX-License-Identifier: Apache-2.0
// Byte arrays, their strict spellings, and how a verifier refuses (proto/FORMATS.md section 1).

/**
 * Why something does not verify. `code` is one of the keys of page/texts.js `why`, `what` the
 * part of the pack that is meant, `entry` the log index of the entry that failed, if one did.
 */
export class Refused extends Error {
  constructor(code, what = '', entry = null) {
    super(`${entry === null ? '' : `entry ${entry}: `}${code}${what ? `: ${what}` : ''}`);
    this.code = code;
    this.what = what;
    this.entry = entry;
  }
}

export function need(condition, code, what) {
  if (!condition) throw new Refused(code, what);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);

/** The text of well-formed UTF-8; a byte order mark is a character like others. */
export function textOf(bytes, code, what) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refused(code, what);
  }
}

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** A whole number in 8 bytes, big-endian. */
export function u64(n) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}

export const numberOf = (bytes) => (bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`));

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** RFC 4648 section 5 without padding, as bytes. */
export function base64Url(bytes) {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(i, i + 3);
    for (const value of [a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63]) {
      out += ALPHABET[value];
    }
  }
  const text = out.slice(0, Math.ceil(bytes.length * 8 / 6));
  return utf8(text.replaceAll('+', '-').replaceAll('/', '_'));
}

const VALUES = new Map(Array.from(ALPHABET, (c, i) => [c.charCodeAt(0), i]));

/** RFC 4648 section 4 with padding, in its one strict spelling. */
export function unbase64(text, what) {
  const strict = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  need(strict, 'base64', what);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    held = ((held << 6) | VALUES.get(text.charCodeAt(i))) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
    }
  }
  // Bits that no byte uses would give the same bytes another spelling.
  need((held & ((1 << bits) - 1)) === 0, 'base64', what);
  return out;
}
