// SPDX-License-Identifier: Apache-2.0
// Reads an act so that nothing in it is left unshown. Services read protobuf as Google's parsers
// do, which pass over what they do not know and let the last of two fields count: what could
// be read in two ways is refused here, and nobody is asked to sign it.
import { need, Refused, textOf } from '../../verifier_page/src/bytes.js';
import { sha256 } from '../../verifier_page/src/signatures.js';

export const ACT = 'shareway.evidence.v1.Act';
const TIMESTAMP = 'google.protobuf.Timestamp';
const MAX_BYTES = 4 << 20;
const MAX_DEPTH = 20;
const WINDOW_MS = 5 * 60 * 1000; // services take an act so long before and after its time
const LAST_SECOND = 253402300799n; // of the year 9999

const VARINT = 0;
const SIZED = 2;
const WIRE = { text: SIZED, bytes: SIZED, message: SIZED };
const wireOf = (type) => WIRE[type] ?? VARINT;

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get done() {
    return this.at === this.bytes.length;
  }

  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      need(!this.done, 'cut');
      const byte = this.bytes[this.at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        need(value < 1n << 64n, 'cut');
        return value;
      }
    }
    throw new Refused('cut');
  }

  sized() {
    const size = this.varint();
    need(size <= BigInt(this.bytes.length - this.at), 'cut');
    this.at += Number(size);
    return this.bytes.slice(this.at - Number(size), this.at);
  }
}

// A number within its type's range: what is cut off when it is read would be another number.
function numberOf(type, value, where) {
  const signed = BigInt.asIntN(64, value);
  switch (type) {
    case 'uint64':
      return value;
    case 'int64':
      return signed;
    case 'uint32':
      need(value < 1n << 32n, 'range', where);
      return value;
    default: // int32, and enums, which are read as one
      need(BigInt.asIntN(32, signed) === signed, 'range', where);
      return signed;
  }
}

function plain(contract, field, value, where) {
  switch (field.type) {
    case 'text':
      return { text: textOf(value, 'utf8', where) };
    case 'bytes':
      return { bytes: value };
    case 'bool':
      need(value <= 1n, 'range', where);
      return { flag: value === 1n };
    case 'enum': {
      const word = contract.enums[field.of][String(numberOf('int32', value, where))];
      need(word !== undefined, 'word', where);
      return { word };
    }
    default:
      return { number: numberOf(field.type, value, where) };
  }
}

function timeOf(fields, where) {
  const part = (name) => fields.find((field) => field.name === name)?.values[0].number ?? 0n;
  const [seconds, nanos] = [part('seconds'), part('nanos')];
  need(seconds >= -62135596800n && seconds <= LAST_SECOND && nanos >= 0n && nanos < 1000000000n,
       'range', where);
  return { time: { seconds, nanos } };
}

/**
 * The fields that are set, by number: [{name, many, values}]; a value has one of text, bytes,
 * flag, word, number, time, and fields for a message within.
 */
export function decode(contract, message, bytes, where = '', depth = 0) {
  need(depth < MAX_DEPTH, 'cut');
  const schema = contract.messages[message];
  const found = new Map();
  const chosen = new Set();
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = reader.varint();
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    need(Object.hasOwn(schema, number), 'unknown', `${where}${number}`);
    const field = schema[number];
    const path = where + field.name;
    if (!found.has(number)) {
      found.set(number, { name: field.name, many: field.many === true, values: [] });
      if (field.oneof !== undefined) {
        need(!chosen.has(field.oneof), 'twice', path);
        chosen.add(field.oneof);
      }
    } else {
      need(field.many, 'twice', path);
    }
    const { values } = found.get(number);
    if (wire === VARINT && wireOf(field.type) === VARINT) {
      values.push(plain(contract, field, reader.varint(), path));
    } else if (wire === SIZED && field.type === 'message') {
      const fields = decode(contract, field.of, reader.sized(), `${path}.`, depth + 1);
      values.push(field.of === TIMESTAMP ? timeOf(fields, path) : { fields });
    } else if (wire === SIZED && wireOf(field.type) === SIZED) {
      values.push(plain(contract, field, reader.sized(), path));
    } else {
      need(wire === SIZED && field.many, 'cut', path); // numbers packed together
      const packed = new Reader(reader.sized());
      while (!packed.done) values.push(plain(contract, field, packed.varint(), path));
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, field]) => field);
}

// The name of what the act is about: the request's own, or that of the object in it.
function objectOf(fields) {
  const textAt = (list, name) => list.find((field) => field.name === name)?.values[0]?.text;
  const inner = fields.find((field) => !field.many && field.values[0].fields !== undefined);
  const named = fields.find(({ many, values }) => !many && /^[a-z_]+\/\S+$/.test(values[0].text));
  return textAt(fields, 'name') || (inner && textAt(inner.values[0].fields, 'name')) ||
    named?.values[0].text || '';
}

/**
 * {person, method, time (ms), object, fields, digest} of an act that a service would take at
 * `now` (ms). Refused, with a code of page/texts.js `why`, otherwise.
 */
export function readAct(contract, bytes, now) {
  need(bytes.length <= MAX_BYTES, 'big');
  const fields = decode(contract, ACT, bytes, 'act.');
  const act = Object.fromEntries(fields.map(({ name, values }) => [name, values[0]]));
  need(act.nonce?.bytes.length === 16, 'nonce');
  need(/^people\/[^\s/]+$/.test(act.person?.text ?? ''), 'person');
  const method = act.method?.text ?? '';
  need(Object.hasOwn(contract.methods, method), 'method', method.slice(0, 200));
  const time = Number(act.time?.time.seconds ?? 0n) * 1000 +
    Number(act.time?.time.nanos ?? 0n) / 1e6;
  need(Math.abs(now - time) <= WINDOW_MS, 'stale');
  const request = decode(contract, contract.methods[method],
                         act.request?.bytes ?? new Uint8Array(0));
  return { person: act.person.text, method, time, object: objectOf(request), fields: request,
           digest: sha256(bytes) };
}
