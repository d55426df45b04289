// SPDX-License-Identifier: Apache-2.0
// Text as a person can trust its look: what is invisible, or turns other text round, is spelt out.

const HIDDEN = new RegExp(
  '[\\p{C}\\p{Zl}\\p{Zp}\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f' + // spaces that look like one
  '\\u115f\\u1160\\u3164\\uffa0\\u2800\\u034f\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]', 'gu');

/** `text` with ⟦U+202E⟧ and the like for each character that would not show itself. */
export function visible(text) {
  return text.replace(HIDDEN, (character) =>
    `⟦U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟧`);
}

const hexOf = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** Short bytes whole; of long ones their number and SHA-256. */
export function visibleBytes(bytes, sha256) {
  return bytes.length <= 64 ? hexOf(bytes) : `${bytes.length} B, SHA-256 ${hexOf(sha256(bytes))}`;
}
