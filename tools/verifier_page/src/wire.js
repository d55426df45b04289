// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format, as strict and as lenient as Google's parsers, and the messages
// of shareway/evidence/v1 as far as a verifier reads them.
import { concat, need, Refused, textOf } from './bytes.js';

// {number: [name, type]}; a type is 'u32', 'u64', 'bytes', 'text', ['bytes'], ['text'] or a message.
const SIGNATURE = {
  1: ['suite', 'u32'], 2: ['keyId', 'bytes'], 3: ['index', 'u32'], 4: ['size', 'u32'],
  5: ['path', ['bytes']], 6: ['bytes', 'bytes'],
};
export const ENVELOPE = { 1: ['payload', 'bytes'], 2: ['signature', SIGNATURE] };
const WEBAUTHN = { 1: ['authenticatorData', 'bytes'], 2: ['clientDataJson', 'bytes'] };
const SIGNED_ACT =
  { 1: ['act', 'bytes'], 2: ['signature', SIGNATURE], 3: ['webauthn', WEBAUTHN] };
export const RECORD = {
  2: ['kind', 'u32'], 3: ['producer', 'text'], 5: ['sequence', 'u64'],
  6: ['time', { 1: ['seconds', 'u64'], 2: ['nanos', 'u32'] }], 7: ['agencies', ['text']],
  9: ['resource', 'text'], 10: ['request', 'text'], 11: ['grant', 'text'],
  12: ['grantRevision', {}], 13: ['exchange', 'text'], 17: ['requestDigest', 'bytes'],
  18: ['responseDigest', 'bytes'], 22: ['reason', 'text'], 23: ['traceparent', 'text'],
  24: ['object', 'text'], 25: ['act', SIGNED_ACT], 27: ['requestSignature', SIGNATURE],
  28: ['responseSignature', SIGNATURE], 29: ['nodes', ['text']], 30: ['rule', 'text'],
};
const MAX_DEPTH = 100;

class Wire {
  constructor(raw) {
    this.raw = raw;
    this.at = 0;
  }

  varint(longest) {
    let value = 0n;
    for (let i = 0n; i < longest; i++) {
      need(this.at < this.raw.length, 'cut');
      const byte = this.raw[this.at++];
      value |= BigInt(byte & 0x7f) << (7n * i);
      if (byte < 0x80) return value;
    }
    throw new Refused('cut');
  }

  take(n) {
    need(n <= this.raw.length - this.at, 'cut');
    this.at += Number(n);
    return this.raw.slice(this.at - Number(n), this.at);
  }

  /** [number, wire type, value] up to the end, or to the end of `group`. */
  * fields(depth, group = null) {
    while (this.at < this.raw.length || group !== null) {
      const tag = Number(BigInt.asUintN(32, this.varint(5)));
      const number = tag >>> 3;
      const type = tag & 7;
      need(number > 0, 'cut');
      if (type === 0) {
        yield [number, type, BigInt.asUintN(64, this.varint(10))];
      } else if (type === 2) {
        yield [number, type, this.take(this.varint(5))];
      } else if (type === 1 || type === 5) {
        yield [number, type, this.take(type === 1 ? 8 : 4)];
      } else if (type === 3) {
        need(depth > 0, 'cut');
        for (const _ of this.fields(depth - 1, number)) ; // only its form matters
      } else {
        need(type === 4 && number === group, 'cut');
        return;
      }
    }
  }
}

const EMPTY = { u32: 0n, u64: 0n, bytes: new Uint8Array(0), text: '' };
const isMessage = (type) => typeof type === 'object' && !Array.isArray(type);

/** A message as an object by name; a message field that is absent is undefined. */
export function parse(raw, schema, into = {}, depth = MAX_DEPTH) {
  for (const [name, type] of Object.values(schema)) {
    if (!isMessage(type)) into[name] ??= Array.isArray(type) ? [] : EMPTY[type];
  }
  for (const [number, wire, value] of new Wire(raw).fields(depth)) {
    const [name, type] = schema[number] ?? [];
    if (name === undefined) continue;
    if (wire === 2 && isMessage(type)) {
      need(depth > 0, 'cut');
      into[name] = parse(value, type, into[name], depth - 1);
    } else if (wire === 2 && Array.isArray(type)) {
      into[name].push(type[0] === 'text' ? textOf(value, 'cut', name) : value);
    } else if (wire === 2 && (type === 'bytes' || type === 'text')) {
      into[name] = type === 'text' ? textOf(value, 'cut', name) : value;
    } else if (wire === 0 && (type === 'u32' || type === 'u64')) {
      into[name] = type === 'u32' ? BigInt.asUintN(32, value) : value;
    }
  }
  return into;
}

export const EMPTY_SIGNATURE = parse(concat(), SIGNATURE);
