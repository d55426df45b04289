// SPDX-License-Identifier: Apache-2.0
// A TOTP secret as authenticator applications take it.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base32 without padding. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += LETTERS[(held >> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? out : out + (LETTERS[(held << (5 - bits)) & 31] ?? '');
}

/** In groups of four, to be typed. */
export const secretText = (bytes: Uint8Array): string => base32(bytes).replace(/(.{4})(?=.)/g, '$1 ');

/** The otpauth address of a QR code: SHA-1, 30 s, 6 digits (services/console/README.md). */
export const setupAddress = (person: string, bytes: Uint8Array): string =>
  `otpauth://totp/Shareway:${encodeURIComponent(person)}?secret=${base32(bytes)}&issuer=Shareway` +
  '&algorithm=SHA1&digits=6&period=30';
