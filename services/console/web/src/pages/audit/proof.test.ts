// SPDX-License-Identifier: Apache-2.0
// Trees as RFC 6962 defines them, written here from its text with another implementation of SHA-256, and
// the vectors that every implementation of FORMATS.md answers to.
import { create } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { SignatureSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { base64, hexOf, unbase64 } from '@/api';
import { checkCheckpoint, parseVerifier, verifierLines } from './note';
import { batchOutcome, keysById, rawSignature } from './signatures';
import { checkConsistency, checkInclusion, commitmentOf, leafOf, rootOf, type Bytes } from './proof';

const H = (...parts: Bytes[]): Bytes => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};
const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

// 2.1: MTH, PATH and SUBPROOF, as they stand there, k being the largest power of two smaller than n.
const split = (n: number): number => { let k = 1; while (k * 2 < n) k *= 2; return k; };
const mth = (d: readonly Bytes[]): Bytes => {
  if (d.length === 0) return H();
  if (d.length === 1) return H(ZERO, d[0] as Bytes);
  const k = split(d.length);
  return H(ONE, mth(d.slice(0, k)), mth(d.slice(k)));
};
const path = (m: number, d: readonly Bytes[]): Bytes[] => {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
};
const subproof = (m: number, d: readonly Bytes[], b: boolean): Bytes[] => {
  if (m === d.length) return b ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k ? [...subproof(m, d.slice(0, k), b), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
};

const hex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
// The leaves and roots of Certificate Transparency's own reference tests.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(hex);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const flip = (bytes: Bytes): Bytes => bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte));

describe('inclusion', () => {
  test('the definition used here gives the known roots', () => {
    expect(hexOf(mth([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    ROOTS.forEach((root, i) => expect(hexOf(mth(LEAVES.slice(0, i + 1)))).toBe(root));
  });

  test('a known path leads to a known root', async () => {
    // Leaf 5 of 8, of the same reference tests.
    const proof = ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'].map(hex);
    expect(hexOf(await rootOf(await leafOf(LEAVES[5] as Bytes), 5n, 8n, proof))).toBe(ROOTS[7]);
  });

  test('every leaf of every tree of up to 33 leaves is found, and no other is', async () => {
    const all = Array.from({ length: 33 }, (_, i) => H(Uint8Array.of(i)));
    for (let n = 1; n <= all.length; n += 1) {
      const tree = all.slice(0, n);
      const root = mth(tree);
      for (let m = 0; m < n; m += 1) {
        const proof = path(m, tree);
        const leaf = await leafOf(tree[m] as Bytes);
        await checkInclusion(leaf, BigInt(m), BigInt(n), proof, root);
        await expect(checkInclusion(flip(leaf), BigInt(m), BigInt(n), proof, root)).rejects.toThrow('otherRoot');
        await expect(checkInclusion(leaf, BigInt(m), BigInt(n), proof, flip(root))).rejects.toThrow('otherRoot');
        await expect(checkInclusion(leaf, BigInt(m), BigInt(n), [...proof, root], root)).rejects.toThrow('length');
        if (n > 1) {
          await expect(checkInclusion(leaf, BigInt((m + 1) % n), BigInt(n), proof, root)).rejects.toThrow(/otherRoot|length/);
          await expect(checkInclusion(leaf, BigInt(m), BigInt(n), proof.slice(1), root)).rejects.toThrow('length');
          await expect(checkInclusion(leaf, BigInt(m), BigInt(n), proof.map(flip), root)).rejects.toThrow('otherRoot');
        }
      }
    }
  });

  test('a leaf outside the tree is in none, and a hash of another length is none', async () => {
    const leaf = await leafOf(ZERO);
    await expect(rootOf(leaf, 1n, 1n, [])).rejects.toThrow('outside');
    await expect(rootOf(leaf, 0n, 0n, [])).rejects.toThrow('outside');
    await expect(rootOf(leaf, 0n, 2n, [Uint8Array.of(1)])).rejects.toThrow('length');
    // 2^64 - 1 entries are no trouble.
    const top = (1n << 64n) - 2n;
    await expect(rootOf(leaf, top, (1n << 64n) - 1n, [])).rejects.toThrow('length');
  });
});

test('every tree of up to 20 leaves is the beginning of each later one, and of no other', async () => {
  const all = Array.from({ length: 20 }, (_, i) => H(Uint8Array.of(i)));
  for (let n = 0; n <= all.length; n += 1) {
    const after = mth(all.slice(0, n));
    for (let m = 0; m <= n; m += 1) {
      const before = mth(all.slice(0, m));
      const proof = m === 0 ? [] : subproof(m, all.slice(0, n), true);
      const check = (old: Bytes, now: Bytes, hashes: readonly Bytes[]): Promise<void> =>
        checkConsistency(BigInt(m), old, BigInt(n), now, hashes);
      await check(before, after, proof);
      await expect(check(flip(before), after, proof)).rejects.toThrow('otherRoot');
      // The empty tree is the beginning of any.
      if (m > 0 || n === 0) await expect(check(before, flip(after), proof)).rejects.toThrow('otherRoot');
      await expect(check(before, after, [...proof, before])).rejects.toThrow('length');
      for (let i = 0; i < proof.length; i += 1) {
        await expect(check(before, after, proof.map((hash, at) => (at === i ? flip(hash) : hash)))).rejects.toThrow('otherRoot');
      }
    }
  }
  await expect(checkConsistency(2n, ZERO, 1n, ZERO, [])).rejects.toThrow('outside');
});

interface Signed { readonly suite: number; readonly key_id: string; readonly index: number; readonly size: number;
  readonly path: string[]; readonly bytes: string }
interface Vector {
  readonly spki: string; readonly payload: string; readonly signature: Signed;
  readonly name: string; readonly valid: boolean; readonly note: string; readonly cosignatures: string[];
  readonly keys: string[]; readonly salt: string; readonly record: string;
  readonly want?: { size: number; root: string; commitment: string; leaf: string };
}
const vectors = (name: string): readonly Vector[] =>
  (JSON.parse(readFileSync(join(__dirname, '../../../../../../proto/vectors', `${name}.json`), 'utf8')) as { cases: Vector[] }).cases;
const bytes = (text: string): Bytes => unbase64(text) ?? new Uint8Array();

test('records and salts come to the commitments and leaves of the vectors', async () => {
  const cases = vectors('records').filter(({ valid }) => valid);
  expect(cases.length).toBeGreaterThan(0);
  for (const { salt, record, want } of cases) {
    const commitment = await commitmentOf(bytes(salt), bytes(record));
    expect(base64(commitment)).toBe(want?.commitment);
    expect(base64(await leafOf(commitment))).toBe(want?.leaf);
  }
  await expect(commitmentOf(Uint8Array.of(1), ZERO)).rejects.toThrow('salt');
});

async function verdict(vector: Vector): Promise<'good' | 'bad' | 'unable'> {
  try {
    const keys = await Promise.all(vector.keys.map(parseVerifier));
    const found = await checkCheckpoint(vector.note, vector.cosignatures, keys);
    const outcomes = [...found.log, ...found.witnesses].map(({ outcome }) => outcome);
    if (found.log.length === 0 || outcomes.includes('bad') || outcomes.includes('missing')) return 'bad';
    if (vector.valid) {
      expect(Number(found.note.size), vector.name).toBe(vector.want?.size);
      expect(base64(found.note.root), vector.name).toBe(vector.want?.root);
    }
    return outcomes.includes('unable') ? 'unable' : 'good';
  } catch {
    return 'bad';
  }
}

test.each(['notes', 'ed25519_edges'])('the vectors in %s are judged as they say', async (file) => {
  const cases = vectors(file);
  expect(cases.some(({ valid }) => valid) && cases.some(({ valid }) => !valid)).toBe(true);
  for (const vector of cases) expect(await verdict(vector), vector.name).toBe(vector.valid ? 'good' : 'bad');
});

test('a national line is never taken for checked, and what is wrong beside it is told', async () => {
  for (const vector of vectors('national_notes')) {
    const found = await verdict(vector);
    const origin = vector.note.split('\n')[0];
    const pinsNational = vector.keys.map((key) => key.split('+'))
      .some(([name, , ...key]) => name === origin && bytes(key.join('+'))[0] === 0xff);
    if (vector.valid) expect(found, vector.name).toBe(pinsNational ? 'unable' : 'good');
    else expect(found, vector.name).not.toBe('good');
  }
});

test('batch signatures are judged as their vectors say; those by SM2 keys are not', async () => {
  const cases = vectors('batch_signatures');
  let checked = 0;
  for (const { name, valid, spki, payload, signature } of cases) {
    const { suite, index, size } = signature;
    const message = create(SignatureSchema, { suite, index, size, keyId: bytes(signature.key_id),
      path: signature.path.map(bytes), bytes: bytes(signature.bytes) });
    const outcome = await batchOutcome(message, H(bytes(payload)), await keysById([bytes(spki)]));
    if (suite === 2) expect(outcome, name).not.toBe('good');
    else if (valid) {
      expect(outcome, name).toBe('good');
      checked += 1;
    } else expect(outcome, name).not.toBe('good');
  }
  expect(checked).toBeGreaterThan(2);
  expect(rawSignature(Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 2))?.at(-1)).toBe(2);
  // Padding that is not needed, a number below zero, a byte too many.
  for (const der of [[0x30, 7, 2, 2, 0, 1, 2, 1, 2], [0x30, 6, 2, 1, 0x81, 2, 1, 2], [0x30, 6, 2, 1, 1, 2, 1, 2, 0]]) {
    expect(rawSignature(Uint8Array.from(der))).toBeUndefined();
  }
});

test('a browser without Ed25519 says so', async () => {
  const [good] = vectors('notes');
  const without = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('none', 'NotSupportedError'));
  try {
    expect(await verdict(good as Vector)).toBe('unable');
  } finally {
    without.mockRestore();
  }
});

test('key files have remarks and empty lines, base64 one spelling', () => {
  expect(verifierLines('# ours\n\n a+b+c \r\n')).toEqual(['a+b+c']);
  expect(unbase64('AB==')).toBeUndefined();
  expect(unbase64('AA')).toBeUndefined();
  expect(unbase64('AA==')).toEqual(Uint8Array.of(0));
});
