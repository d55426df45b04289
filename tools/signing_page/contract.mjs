// SPDX-License-Identifier: Apache-2.0
// What the page knows of the contracts in proto/: which methods take signed acts, and every field
// that such an act can have. Read from protoc's descriptor set when the page is built.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from '../verifier_page/src/wire.js';
import { ACT } from './src/act.js';

const PROTO = resolve(dirname(fileURLToPath(import.meta.url)), '../../proto');

// google/protobuf/descriptor.proto, as far as it is read here.
const FILE = { 2: ['package', 'text'], 4: ['messages', ['bytes']], 5: ['enums', ['bytes']],
               6: ['services', ['bytes']] };
const MESSAGE = { 1: ['name', 'text'], 2: ['fields', ['bytes']], 3: ['messages', ['bytes']],
                  4: ['enums', ['bytes']] };
const FIELD = { 1: ['name', 'text'], 3: ['number', 'u32'], 4: ['label', 'u32'], 5: ['type', 'u32'],
                6: ['typeName', 'text'], 9: ['oneof', 'u32'], 17: ['optional', 'u32'] };
const ENUM = { 1: ['name', 'text'], 2: ['values', ['bytes']] };
const ENUM_VALUE = { 1: ['name', 'text'], 2: ['number', 'u32'] };
const SERVICE = { 1: ['name', 'text'], 2: ['methods', ['bytes']] };
const METHOD = { 1: ['name', 'text'], 2: ['input', 'text'],
                 4: ['options', { 50611: ['policy', { 4: ['signedAct', 'u32'] }] }] };
const REPEATED = 3n;
const TYPES = { 3: 'int64', 4: 'uint64', 5: 'int32', 8: 'bool', 9: 'text', 11: 'message',
                12: 'bytes', 13: 'uint32', 14: 'enum' };

function protoFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return protoFiles(path);
    return entry.name.endsWith('.proto') ? [path] : [];
  }).sort();
}

function descriptorSet(protoc) {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  try {
    const out = join(folder, 'set');
    const files = protoFiles(join(PROTO, 'shareway')).map((path) => relative(PROTO, path));
    const run = spawnSync(protoc, ['-I', PROTO, '--include_imports',
                                   `--descriptor_set_out=${out}`, ...files], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${protoc}: ${run.stderr ?? run.error}`);
    return new Uint8Array(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fieldOf(raw) {
  const field = parse(raw, FIELD, { oneof: -1n });
  return {
    name: field.name, number: Number(field.number), type: Number(field.type),
    of: field.typeName.replace(/^\./, ''), many: field.label === REPEATED,
    // An optional field is alone in a oneof of its own.
    oneof: field.optional === 1n ? -1 : Number(field.oneof),
  };
}

/** Everything by its full name. */
function index(set) {
  const all = { messages: new Map(), enums: new Map(), methods: [] };
  const addEnum = (scope, raw) => {
    const { name, values } = parse(raw, ENUM);
    all.enums.set(`${scope}.${name}`, Object.fromEntries(values.map((value) => {
      const one = parse(value, ENUM_VALUE);
      return [String(one.number), one.name];
    })));
  };
  const addMessage = (scope, raw) => {
    const message = parse(raw, MESSAGE);
    const name = `${scope}.${message.name}`;
    all.messages.set(name, message.fields.map(fieldOf));
    for (const inner of message.messages) addMessage(name, inner);
    for (const inner of message.enums) addEnum(name, inner);
  };
  for (const raw of parse(set, { 1: ['files', ['bytes']] }).files) {
    const file = parse(raw, FILE);
    for (const message of file.messages) addMessage(file.package, message);
    for (const one of file.enums) addEnum(file.package, one);
    for (const one of file.services) {
      const service = parse(one, SERVICE);
      for (const method of service.methods) {
        const { name, input, options } = parse(method, METHOD);
        if (options?.policy?.signedAct !== 1n) continue;
        all.methods.push([`/${file.package}.${service.name}/${name}`, input.replace(/^\./, '')]);
      }
    }
  }
  return all;
}

/**
 * {methods: {path: request}, messages: {name: {number: field}}, enums: {name: {number: word}}} of
 * what acts can have; a field is {name, type}, with `of`, `many` and `oneof` where they apply.
 */
export function readContract(protoc) {
  const all = index(descriptorSet(protoc));
  const contract = { methods: Object.fromEntries(all.methods.sort()), messages: {}, enums: {} };
  const requests = new Set(Object.values(contract.methods));
  const add = (name) => {
    if (name in contract.messages) return;
    const fields = contract.messages[name] = {};
    for (const field of all.messages.get(name)) {
      // What an act's request may not have: the act itself is around it.
      if (requests.has(name) && field.name === 'signed_act') continue;
      const type = TYPES[field.type];
      if (type === undefined) throw new Error(`${name}.${field.name}: a type that is not shown`);
      fields[field.number] = { name: field.name, type };
      if (field.many) fields[field.number].many = true;
      if (field.oneof >= 0) fields[field.number].oneof = field.oneof;
      if (type === 'message' || type === 'enum') fields[field.number].of = field.of;
      if (type === 'message') add(field.of);
      if (type === 'enum') contract.enums[field.of] = all.enums.get(field.of);
    }
  };
  add(ACT);
  for (const request of requests) add(request);
  return contract;
}
