// SPDX-License-Identifier: Apache-2.0
// The signing page without a page: what it shows, what it refuses to show, what it has signed.
//
//   node test.mjs [PROTOC]
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { concat, Refused, utf8 } from '../verifier_page/src/bytes.js';
import { checkWebauthn } from '../verifier_page/src/pack.js';
import { loadKey } from '../verifier_page/src/signatures.js';
import { parse, RECORD } from '../verifier_page/src/wire.js';
import { readContract } from './contract.mjs';
import { ACTS, actKey } from './page/acts.js';
import { LANGUAGES, TEXTS } from './page/texts.js';
import { readAct } from './src/act.js';
import { KIND, takeAsked } from './src/messages.js';
import { partyOf, signAct } from './src/signed_act.js';
import { visible, visibleBytes } from './src/visible.js';

const here = dirname(fileURLToPath(import.meta.url));
const contract = readContract(process.argv[2] ?? 'protoc');
const sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
const NOW = Date.UTC(2026, 10, 22, 1, 2, 3);
const RETURN = '/shareway.sharing.v1.RequestService/ReturnRequest';

// ---- Acts, written by hand.

const varint = (n) => {
  const out = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...out, Number(rest)]);
};
const number = (field, n) => concat(varint(field << 3), varint(n));
const sized = (field, value) => {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(varint((field << 3) | 2), varint(bytes.length), bytes);
};

/** The bytes of an act; each part can be another. */
function actOf({ nonce = 'nonce of 16 byte', person = 'people/wang', method = RETURN,
                 time = NOW / 1000, request = new Uint8Array(0), more = new Uint8Array(0) } = {}) {
  return concat(sized(1, nonce), sized(2, person), sized(3, method), sized(4, number(1, time)),
                sized(5, request), more);
}

const read = (parts) => readAct(contract, actOf(parts), NOW);

function refusedAs(code, run) {
  assert.throws(run, (error) => error instanceof Refused && error.code === code, code);
}

async function rejectedAs(code, run) {
  await assert.rejects(run, (error) => error instanceof Refused && error.code === code, code);
}

/** Field numbers by name, so that cases do not depend on them. */
function fieldsOf(message) {
  return Object.fromEntries(Object.entries(contract.messages[message])
    .map(([at, field]) => [field.name, { ...field, at: Number(at) }]));
}

// ---- The contract.

function testContract() {
  assert(Object.keys(contract.methods).length > 50);
  for (const [method, request] of Object.entries(contract.methods)) {
    const titles = ACTS[actKey(method)];
    assert(titles?.length === 3 && titles.every((title) => title !== ''), `${method} has no title`);
    assert(request in contract.messages);
    assert(!('signed_act' in fieldsOf(request)), `${request} may hold an act`);
  }
  for (const key of Object.keys(ACTS)) {
    assert(Object.keys(contract.methods).some((method) => actKey(method) === key),
           `${key} is no act`);
  }
  for (const fields of Object.values(contract.messages)) {
    for (const field of Object.values(fields)) {
      if (field.type === 'message') assert(field.of in contract.messages, field.of);
      if (field.type === 'enum') assert(field.of in contract.enums, field.of);
    }
  }
  // Every act that says nothing at all is shown, too.
  for (const method of Object.keys(contract.methods)) assert.deepEqual(read({ method }).fields, []);
}

// ---- What is shown.

function testShown() {
  const field = fieldsOf(contract.methods[RETURN]);
  const act = read({ request: concat(sized(field.name.at, 'requests/q1')) });
  assert.equal(act.person, 'people/wang');
  assert.equal(act.method, RETURN);
  assert.equal(act.object, 'requests/q1');
  assert.equal(act.time, NOW);
  assert.deepEqual(act.fields,
                   [{ name: 'name', many: false, values: [{ text: 'requests/q1' }] }]);
  assert.deepEqual(act.digest, sha256(actOf({ request: sized(field.name.at, 'requests/q1') })));

  // Every kind of field: a key in a request, with its use, suite, bytes and times.
  const put = '/shareway.catalog.v1.DirectoryService/PutKey';
  const outer = fieldsOf(contract.methods[put]);
  const key = fieldsOf('shareway.catalog.v1.Key');
  const inner = concat(sized(key.name.at, 'keys/k1'), sized(key.owner.at, 'people/li'),
                       number(key.use.at, 5), sized(key.spki.at, Uint8Array.of(1, 2, 255)),
                       sized(key.end_time.at, concat(number(1, 1800000000), number(2, 7))));
  const shown = read({ method: put, request: sized(outer.key.at, inner) });
  assert.equal(shown.object, 'keys/k1');
  const values = Object.fromEntries(shown.fields.find(({ name }) => name === 'key')
    .values[0].fields.map(({ name, values: [value] }) => [name, value]));
  assert.deepEqual(values, {
    name: { text: 'keys/k1' }, owner: { text: 'people/li' }, use: { word: 'WEBAUTHN' },
    spki: { bytes: Uint8Array.of(1, 2, 255) },
    end_time: { time: { seconds: 1800000000n, nanos: 7n } },
  });
}

// ---- What is refused, as it would not be shown, or could be read in two ways.

function testRefused() {
  const name = fieldsOf(contract.methods[RETURN]).name.at;
  const key = fieldsOf('shareway.catalog.v1.Key');
  const put = '/shareway.catalog.v1.DirectoryService/PutKey';
  const outer = fieldsOf(contract.methods[put]).key.at;
  const inKey = (bytes) => ({ method: put, request: sized(outer, bytes) });
  const cases = [
    ['unknown', { request: sized(999, 'a hidden field') }],
    ['unknown', { request: sized(15, 'an act within') }],
    ['unknown', { more: sized(9, 'beside the request') }],
    ['unknown', inKey(sized(99, 'deeper'))],
    ['twice', { request: concat(sized(name, 'requests/q1'), sized(name, 'requests/q2')) }],
    ['twice', { more: sized(5, 'another request') }],
    ['twice', { more: sized(3, '/a.B/C') }],
    ['twice', { method: put, request: concat(sized(outer, ''), sized(outer, '')) }],
    ['word', inKey(number(key.use.at, 77))],
    ['range', inKey(number(key.use.at, 1n << 40n))],
    ['range', inKey(sized(key.end_time.at, number(2, 1000000000)))],
    ['range', inKey(sized(key.end_time.at, number(1, 1n << 60n)))],
    ['utf8', { request: sized(name, Uint8Array.of(0xff)) }],
    ['cut', { request: number(name, 1) }],
    ['cut', { request: sized(name, 'requests/q1').slice(0, -1) }],
    ['cut', inKey(concat(varint(key.use.at << 3), new Uint8Array(11).fill(0x80)))],
    ['cut', inKey(Uint8Array.of((key.use.at << 3) | 3))],
    ['nonce', { nonce: 'short' }],
    ['person', { person: '' }],
    ['person', { person: 'people/wang\npeople/li' }],
    ['person', { person: 'agencies/a' }],
    ['method', { method: '/shareway.sharing.v1.RequestService/GetRequest' }],
    ['method', { method: 'constructor' }],
    ['stale', { time: NOW / 1000 - 301 }],
    ['stale', { time: NOW / 1000 + 301 }],
    ['stale', { time: 0 }],
  ];
  for (const [code, parts] of cases) refusedAs(code, () => read(parts));
  refusedAs('cut', () => readAct(contract, utf8('\n\x05ab'), NOW));
  refusedAs('big', () => readAct(contract, new Uint8Array((4 << 20) + 1), NOW));
  read({ time: NOW / 1000 - 299 });

  // Two of a choice: whoever read the first would see another act than whoever reads the last.
  for (const [message, fields] of Object.entries(contract.messages)) {
    const choice = Object.entries(fields).filter(([, { oneof }]) => oneof === 0);
    if (choice.length < 2 || !Object.values(contract.methods).includes(message)) continue;
    const [method] = Object.entries(contract.methods).find(([, of]) => of === message);
    const one = ([at, { type }]) =>
      (['text', 'bytes', 'message'].includes(type) ? sized(Number(at), '') : number(Number(at), 0));
    refusedAs('twice', () => read({ method, request: concat(one(choice[0]), one(choice[1])) }));
  }
}

// ---- Text that lies about its look.

function testVisible() {
  assert.equal(visible('杭州市 民政局 (a), b-1'), '杭州市 民政局 (a), b-1');
  assert.equal(visible('a\u202eb'), 'a⟦U+202E⟧b');
  for (const hidden of ['\n', '\0', '\u200b', '\u2066', '\ufeff', '\u00a0', '\u3164',
                        '\u2800', '\ufe0f', '\u{e0101}', '\u{e0041}', '\ue000']) {
    assert.match(visible(`a${hidden}b`), /^a⟦U\+[0-9A-F]{4,6}⟧b$/);
  }
  assert.equal(visibleBytes(Uint8Array.of(0, 171), sha256), '00ab');
  const long = new Uint8Array(65);
  assert.equal(visibleBytes(long, sha256),
               `65 B, SHA-256 ${Buffer.from(sha256(long)).toString('hex')}`);
}

// ---- What the asker may say.

function testMessages() {
  const good = { kind: KIND, act: Uint8Array.of(1), key: Uint8Array.of(2) };
  const taken = takeAsked(good);
  assert.deepEqual(taken, { act: Uint8Array.of(1), spki: Uint8Array.of(2),
                            credential: new Uint8Array(0) });
  good.act[0] = 9;
  assert.equal(taken.act[0], 1, 'what is shown is the asker’s to change');
  refusedAs('member', () => takeAsked({ ...good, challenge: new Uint8Array(32) }));
  refusedAs('member', () => takeAsked({ ...good, text: 'approve a holiday' }));
  refusedAs('message', () => takeAsked({ ...good, kind: 'shareway-signing/2' }));
  refusedAs('message', () => takeAsked({ ...good, act: 'AQ==' }));
  refusedAs('message', () => takeAsked({ kind: KIND, act: good.act }));
  refusedAs('message', () => takeAsked(null));
  refusedAs('message', () => takeAsked('act'));
}

// ---- The ceremony, with an authenticator of node's own.

const PARTY = 'share.example';

/** navigator.credentials.get of a browser on the signing page; keeps what it was asked. */
function browser(privateKey, seen, { party = PARTY, flags = 5, challenge = null } = {}) {
  return async ({ publicKey }) => {
    Object.assign(seen, publicKey);
    const text = Buffer.from(challenge ?? publicKey.challenge).toString('base64url');
    const clientDataJSON = utf8(`{"type":"webauthn.get","challenge":"${text}",` +
      '"origin":"https://sign.share.example","crossOrigin":false}');
    const authenticatorData = concat(sha256(utf8(party)), Uint8Array.of(flags), new Uint8Array(4));
    const signature = signBytes('sha256', concat(authenticatorData, sha256(clientDataJSON)),
                                privateKey);
    return { response: { authenticatorData, clientDataJSON,
                         signature: new Uint8Array(signature) } };
  };
}

const newKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) };
};

async function testSigned() {
  const { privateKey, spki } = newKey();
  const act = actOf();
  const seen = {};
  const asked = { spki, credential: Uint8Array.of(7) };
  const bytes = await signAct(act, asked, PARTY, browser(privateKey, seen));
  assert.deepEqual(new Uint8Array(seen.challenge), sha256(act), 'the challenge is the act’s digest');
  assert.equal(seen.rpId, PARTY);
  assert.equal(seen.userVerification, 'required');
  assert.deepEqual(seen.allowCredentials, [{ type: 'public-key', id: Uint8Array.of(7) }]);

  // An offline verifier reads it as the act of a record and takes it.
  const record = parse(sized(25, bytes), RECORD);
  assert.deepEqual(record.act.act, act);
  checkWebauthn(record.act.webauthn, loadKey(spki), sha256(act), record.act.signature);
  refusedAs('challenge', () => checkWebauthn(record.act.webauthn, loadKey(spki),
                                             sha256(utf8('another act')), record.act.signature));

  const nobody = { spki, credential: new Uint8Array(0) };
  await signAct(act, nobody, PARTY, browser(privateKey, seen));
  assert.deepEqual(seen.allowCredentials, []);

  const fails = (code, get, by = nobody) =>
    rejectedAs(code, () => signAct(act, by, PARTY, get));
  await fails('challenge', browser(privateKey, seen, { challenge: new Uint8Array(32) }));
  await fails('party', browser(privateKey, seen, { party: 'evil.test' }));
  await fails('authenticator', browser(privateKey, seen, { flags: 1 }));
  await fails('signature', browser(newKey().privateKey, seen));
  await fails('notSigned', async () => { throw new Error('NotAllowedError'); });
  await fails('notSigned', async () => null);
  await fails('keyKind', browser(privateKey, seen), { spki: spki.slice(1), credential: spki });
}

function testParty() {
  assert.equal(partyOf('sign.share.example'), 'share.example');
  assert.equal(partyOf('sign.share.example.gov.cn'), 'share.example.gov.cn');
  assert.equal(partyOf('localhost'), 'localhost');
  for (const host of ['', 'share', 'share.example']) refusedAs('host', () => partyOf(host));
}

// ---- Texts.

function testTexts() {
  const check = (name, texts) => {
    assert(texts.length === LANGUAGES.length && texts.every((text) => text !== ''), name);
  };
  for (const [name, texts] of Object.entries(TEXTS)) {
    if (name !== 'why') check(name, texts);
  }
  for (const [code, texts] of Object.entries(TEXTS.why)) check(code, texts);
  const source = ['src', 'page'].flatMap((folder) => readdirSync(join(here, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(here, folder, name), 'utf8'))).join('\n');
  for (const [, code] of source.matchAll(/(?:need\([^;]*?, |Refused\()'([a-zA-Z0-9]+)'/g)) {
    assert(code in TEXTS.why, `no text says why: ${code}`);
  }
  const html = readFileSync(join(here, 'page', 'index.html'), 'utf8');
  for (const [, key] of html.matchAll(/data-text="([a-zA-Z]+)"/g)) assert(key in TEXTS, key);
}

const tests = [testContract, testShown, testRefused, testVisible, testMessages, testSigned,
               testParty, testTexts];
for (const test of tests) await test();
console.log(`${tests.length} tests of the signing page passed`);
