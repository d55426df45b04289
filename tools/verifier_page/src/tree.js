// SPDX-License-Identifier: Apache-2.0
// RFC 6962 trees and Shareway's leaves (proto/FORMATS.md sections 2, 4 and 5). Indices and
// sizes are BigInts: a log may have 2^64 - 1 entries.
import { concat, need, utf8 } from './bytes.js';
import { sha256 } from './signatures.js';

// The leaves of the left child of a tree of n > 1.
function leftLeaves(n) {
  return 1n << BigInt((n - 1n).toString(2).length - 1);
}

/** The root that the audit path leads to; the path must be exact. */
export function rootOf(digest, leaf, index, size, path) {
  need(index < size, 'outside');
  const belowLeft = [];
  while (size > 1n) {
    const left = leftLeaves(size);
    belowLeft.push(index < left);
    if (index < left) {
      size = left;
    } else {
      index -= left;
      size -= left;
    }
  }
  need(path.length === belowLeft.length && path.every((hash) => hash.length === 32), 'path');
  const node = Uint8Array.of(1);
  return path.reduce((hash, sibling, i) => {
    const isLeft = belowLeft[belowLeft.length - 1 - i];
    return digest(concat(node, ...(isLeft ? [hash, sibling] : [sibling, hash])));
  }, leaf);
}

const STATEMENT = concat(Uint8Array.of(0), utf8('shareway/v1/statement\n'));
const ENTRY = utf8('shareway/v1/entry\n');

/** The leaf of a batch: of a payload's digest by the suite. */
export const statementLeaf = (digest, payloadDigest) => digest(concat(STATEMENT, payloadDigest));

/** The leaf of the log: of a record and its salt. */
export function logLeaf(salt, record) {
  need(salt.length === 16, 'salt');
  return sha256(concat(Uint8Array.of(0), sha256(concat(ENTRY, salt, record))));
}
