// SPDX-License-Identifier: Apache-2.0
// The audit log's tree, checked in the browser (proto/FORMATS.md sections 4 and 5): RFC 6962 over
// SHA-256. Nothing here trusts its input: sizes may be anything, and a proof has to have exactly the
// hashes that its tree asks for. Indices and sizes are bigint: a log may have 2^64 - 1 entries.

export type Bytes = Uint8Array;

/** Why a proof is none: its form, or the root it leads to. */
export class NotProven extends Error {
  override readonly name = 'NotProven';
  constructor(readonly code: 'outside' | 'length' | 'otherRoot' | 'salt') { super(code); }
}

const encoder = new TextEncoder();
export const utf8 = (text: string): Bytes => encoder.encode(text);

export function concat(...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const same = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const sha256 = async (...parts: readonly Bytes[]): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)));

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const ENTRY = utf8('shareway/v1/entry\n');
const HASH = 32;

export const leafOf = (commitment: Bytes): Promise<Bytes> => sha256(LEAF, commitment);
const nodeOf = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(NODE, left, right);

/** What the tree holds of a record: the salt hides it where the record is not there. */
export async function commitmentOf(salt: Bytes, record: Bytes): Promise<Bytes> {
  if (salt.length !== 16) throw new NotProven('salt');
  return sha256(ENTRY, salt, record);
}

/** The leaves of the left child of a tree of n > 1: the largest power of two below n. */
const leftLeaves = (n: bigint): bigint => 1n << BigInt((n - 1n).toString(2).length - 1);

/** The root that an audit path (RFC 6962 2.1.1, the leaf's sibling first) leads to. */
export async function rootOf(leaf: Bytes, index: bigint, size: bigint, path: readonly Bytes[]): Promise<Bytes> {
  if (index < 0n || index >= size) throw new NotProven('outside');
  // From the root down, whether the leaf is in the left half.
  const inLeft: boolean[] = [];
  let at = index;
  for (let leaves = size; leaves > 1n;) {
    const left = leftLeaves(leaves);
    inLeft.push(at < left);
    if (at < left) leaves = left;
    else {
      at -= left;
      leaves -= left;
    }
  }
  if (path.length !== inLeft.length || path.some((hash) => hash.length !== HASH)) throw new NotProven('length');
  let hash = leaf;
  for (const sibling of path) hash = await (inLeft.pop() === true ? nodeOf(hash, sibling) : nodeOf(sibling, hash));
  return hash;
}

/** Throws unless the leaf is number `index` of the tree with `size` leaves and `root`. */
export async function checkInclusion(
  leaf: Bytes, index: bigint, size: bigint, path: readonly Bytes[], root: Bytes,
): Promise<void> {
  if (!same(await rootOf(leaf, index, size, path), root)) throw new NotProven('otherRoot');
}

/** How many hashes the proof has that a tree of `m` leaves is the beginning of one of `n`, 0 < m <= n. */
function consistencyLength(m: bigint, n: bigint): number {
  let length = 0;
  let whole = true; // the old tree is still a whole left edge, whose root the checker has
  while (m !== n) {
    const left = leftLeaves(n);
    length += 1;
    if (m <= left) n = left;
    else {
      m -= left;
      n -= left;
      whole = false;
    }
  }
  return length + (whole ? 0 : 1);
}

/** Throws unless the old tree is the beginning of the new one (RFC 6962 2.1.2). */
export async function checkConsistency(
  oldSize: bigint, oldRoot: Bytes, newSize: bigint, newRoot: Bytes, proof: readonly Bytes[],
): Promise<void> {
  if (oldSize < 0n || oldSize > newSize) throw new NotProven('outside');
  if (oldSize === 0n) {
    // Every tree begins with the empty one.
    const empty = await sha256();
    if (proof.length !== 0) throw new NotProven('length');
    if (!same(oldRoot, empty) || (newSize === 0n && !same(newRoot, empty))) throw new NotProven('otherRoot');
    return;
  }
  if (proof.length !== consistencyLength(oldSize, newSize) || proof.some((hash) => hash.length !== HASH)) {
    throw new NotProven('length');
  }
  let next = 0;
  const pop = (): Bytes => proof[next++] ?? new Uint8Array();
  // SUBPROOF(m, D[n], whole) read forwards: the roots of the old and the new tree.
  const roots = async (m: bigint, n: bigint, whole: boolean): Promise<readonly [Bytes, Bytes]> => {
    if (m === n) {
      const shared = whole ? oldRoot : pop();
      return [shared, shared];
    }
    const left = leftLeaves(n);
    if (m <= left) {
      const [before, after] = await roots(m, left, whole);
      return [before, await nodeOf(after, pop())];
    }
    const [before, after] = await roots(m - left, n - left, false);
    const sibling = pop();
    return [await nodeOf(sibling, before), await nodeOf(sibling, after)];
  };
  const [before, after] = await roots(oldSize, newSize, true);
  if (!same(before, oldRoot) || !same(after, newRoot)) throw new NotProven('otherRoot');
}
