// SPDX-License-Identifier: Apache-2.0
// Keys and signatures of proto/FORMATS.md sections 1 and 2. The curves' arithmetic is
// @noble/curves'; the rules above it are here, because what a library forgives evidence
// must refuse: another spelling of a signature, or one that only some verifiers accept.
import { ed25519 } from '@noble/curves/ed25519';
import { p256 } from '@noble/curves/nist';
import { weierstrassN } from '@noble/curves/abstract/weierstrass';
import { sha256, sha512 } from '@noble/hashes/sha2';

import { concat, hex, need, numberOf, same, utf8 } from './bytes.js';
import { sm3 } from './sm3.js';

export { sha256, sm3 };

export const P256_SHA256 = 1;
export const SM2_SM3 = 2;
export const DIGESTS = { [P256_SHA256]: sha256, [SM2_SM3]: sm3 };

const SM2 = { // GB/T 32918.5
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};
const Sm2Point = weierstrassN(SM2);
Sm2Point.BASE.precompute(8);
const P256Point = p256.Point;
const P256_ORDER = P256Point.Fn.ORDER;

const fromHex = (text) => Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));

const SIGNER = utf8('1234567812345678'); // GM/T 0009-2012 section 10
const SM2_CURVE = fromHex(
  [SM2.a, SM2.b, SM2.Gx, SM2.Gy].map((n) => n.toString(16).padStart(64, '0')).join(''));

const SPKI = new Map([
  ['3059301306072a8648ce3d020106082a8648ce3d03010703420004', [P256_SHA256, P256Point]],
  ['3059301306072a8648ce3d020106082a811ccf5501822d03420004', [SM2_SM3, Sm2Point]],
]);

/** A bounded memory of what was computed before. */
class Memory {
  constructor(limit) {
    this.limit = limit;
    this.kept = new Map();
  }

  of(key, make) {
    if (!this.kept.has(key)) {
      const made = make();
      if (this.kept.size >= this.limit) this.kept.delete(this.kept.keys().next().value);
      this.kept.set(key, made);
    }
    return this.kept.get(key);
  }
}

const loaded = new Memory(256);
const verified = new Memory(20000);

/** {suite, id, point, raw} of a SubjectPublicKeyInfo; id is SHA-256 over it. */
export function loadKey(spki) {
  const text = hex(spki);
  return loaded.of(text, () => {
    const known = spki.length === 91 ? SPKI.get(text.slice(0, 54)) : undefined;
    need(known !== undefined, 'keyKind');
    const [suite, Point] = known;
    const raw = spki.slice(27);
    let point;
    try {
      point = Point.fromAffine({ x: numberOf(raw.slice(0, 32)), y: numberOf(raw.slice(32)) });
      point.assertValidity();
    } catch {
      need(false, 'keyPoint');
    }
    return { suite, id: sha256(spki), point: point.precompute(4), raw };
  });
}

/** r and s of a DER signature in its one spelling, or null. */
function twoIntegers(der) {
  let at = 2;
  const integer = () => {
    const size = der[at + 1];
    const body = der.slice(at + 2, at + 2 + size);
    const shortest = size > 0 && size <= 33 && body.length === size && body[0] < 0x80 &&
      (body[0] !== 0 || size === 1 || body[1] >= 0x80);
    if (der[at] !== 2 || !shortest) return null;
    at += 2 + size;
    return numberOf(body);
  };
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[1] >= 0x80) return null;
  const r = integer();
  const s = r === null ? null : integer();
  return s !== null && at === der.length ? [r, s] : null;
}

function inRange(der, order) {
  const pair = twoIntegers(der);
  return pair !== null && pair.every((n) => n > 0n && n < order) ? pair : null;
}

const mod = (n, order) => ((n % order) + order) % order;

/** ECDSA over P-256 and SHA-256 (FIPS 186-4 section 6.4). */
function ecdsaVerifies(key, message, der) {
  const pair = inRange(der, P256_ORDER);
  if (pair === null) return false;
  const [r, s] = pair;
  const w = P256Point.Fn.inv(s);
  const u1 = mod(numberOf(sha256(message)) * w, P256_ORDER);
  const u2 = mod(r * w, P256_ORDER);
  const sum = P256Point.BASE.multiplyUnsafe(u1).add(key.point.multiplyUnsafe(u2));
  return !sum.is0() && mod(sum.x, P256_ORDER) === r;
}

/** SM2 over SM3 (GB/T 32918.2 section 7). */
export function sm2Verifies(key, message, der) {
  const pair = inRange(der, SM2.n);
  if (pair === null) return false;
  const [r, s] = pair;
  const t = mod(r + s, SM2.n);
  if (t === 0n) return false;
  const bits = Uint8Array.of(0, SIGNER.length * 8);
  const e = numberOf(sm3(concat(sm3(concat(bits, SIGNER, SM2_CURVE, key.raw)), message)));
  const sum = Sm2Point.BASE.multiplyUnsafe(s).add(key.point.multiplyUnsafe(t));
  return !sum.is0() && mod(e + sum.x, SM2.n) === r;
}

const VERIFIES = { [P256_SHA256]: ecdsaVerifies, [SM2_SM3]: sm2Verifies };

/** True if `der` is the signature of `message` by the key that loadKey gave. */
export function keyVerifies(key, message, der) {
  const all = hex(concat(key.id, sha256(message), der));
  return verified.of(all, () => VERIFIES[key.suite](key, message, der));
}

/** RFC 8032 section 5.1.7 without the cofactor, R compared as bytes. */
export function ed25519Verifies(key, message, signature) {
  if (signature.length !== 64) return false;
  const order = ed25519.Point.Fn.ORDER;
  const r = signature.slice(0, 32);
  const s = numberOf(signature.slice(32).reverse());
  if (s >= order) return false;
  let point;
  try {
    point = ed25519.Point.fromBytes(key, true);
  } catch {
    return false;
  }
  const k = mod(numberOf(sha512(concat(r, key, message)).reverse()), order);
  const sum = ed25519.Point.BASE.multiplyUnsafe(s).add(point.negate().multiplyUnsafe(k));
  return same(sum.toBytes(), r);
}
