// SPDX-License-Identifier: Apache-2.0
// Evidence packs (proto/FORMATS.md section 6): the verifier of the page and of the console.
import { base64Url, concat, hex, need, Refused, same, u64, unbase64, utf8 } from './bytes.js';
import { parseJson } from './json.js';
import { openCheckpoint } from './note.js';
import { DIGESTS, keyVerifies, loadKey, P256_SHA256, sha256 } from './signatures.js';
import { logLeaf, rootOf, statementLeaf } from './tree.js';
import { EMPTY_SIGNATURE, ENVELOPE, parse, RECORD } from './wire.js';

const PACK = ['format', 'checkpoint', 'cosignatures', 'keys', 'entries'];
const ENTRY = ['index', 'salt', 'record', 'path'];
const BATCH = utf8('shareway/v1/batch\n');
const MAX_BATCH = 1024n;

function checkShape(value, members, what) {
  const fits = value instanceof Map && value.size === members.length &&
    members.every((name) => value.has(name));
  need(fits, 'members', what);
}

function strings(value, what) {
  need(Array.isArray(value) && value.every((v) => typeof v === 'string'), 'members', what);
  return value;
}

function readEntry(json) {
  checkShape(json, ENTRY, 'entries');
  const index = json.get('index');
  need(typeof index === 'bigint' && index < 1n << 64n, 'number', 'index');
  const bytes = (name) => {
    need(typeof json.get(name) === 'string', 'members', name);
    return unbase64(json.get(name), name);
  };
  const path = strings(json.get('path'), 'path').map((hash) => unbase64(hash, 'path'));
  need(path.every((hash) => hash.length === 32), 'path');
  return { index, salt: bytes('salt'), record: bytes('record'), path };
}

/** The members of a pack's file, given as bytes; nothing is verified. */
export function readPack(bytes) {
  const json = parseJson(bytes);
  checkShape(json, PACK, 'pack');
  need(json.get('format') === 'shareway-evidence/1', 'format');
  need(typeof json.get('checkpoint') === 'string', 'members', 'checkpoint');
  need(Array.isArray(json.get('entries')), 'members', 'entries');
  return {
    checkpoint: json.get('checkpoint'),
    cosignatures: strings(json.get('cosignatures'), 'cosignatures'),
    keys: strings(json.get('keys'), 'keys').map((key) => unbase64(key, 'keys')),
    entries: json.get('entries').map(readEntry),
  };
}

/** Refuses unless `signature` is `key`'s over a payload of this digest by its suite. */
export function checkBatch(key, payloadDigest, signature) {
  need(signature.suite === BigInt(key.suite), 'suite');
  need(same(signature.keyId, key.id), 'keyId');
  need(signature.size >= 1n && signature.size <= MAX_BATCH, 'batchSize');
  need(payloadDigest.length === 32, 'digest');
  const digest = DIGESTS[key.suite];
  const root = rootOf(digest, statementLeaf(digest, payloadDigest), signature.index,
                      signature.size, signature.path);
  const signed =
    concat(BATCH, Uint8Array.of(key.suite), signature.keyId, u64(signature.size), root);
  need(keyVerifies(key, signed, signature.bytes), 'signature');
}

const CLIENT_DATA = utf8('{"type":"webauthn.get","challenge":"');
const ORIGIN = utf8('","origin":"');

/** Refuses unless `key`, in an authenticator that knew its person, signed the act of this digest. */
export function checkWebauthn(proof, key, actDigest, signature) {
  need(key.suite === P256_SHA256 && signature.suite === BigInt(P256_SHA256), 'suite');
  need(same(signature.keyId, key.id), 'keyId');
  need(signature.index === 0n && signature.size === 1n && signature.path.length === 0, 'batchSize');
  const { authenticatorData, clientDataJson } = proof;
  need(authenticatorData.length >= 37 && (authenticatorData[32] & 5) === 5, 'authenticator');
  const begin = concat(CLIENT_DATA, base64Url(actDigest), ORIGIN);
  need(same(clientDataJson.slice(0, begin.length), begin), 'challenge');
  need(keyVerifies(key, concat(authenticatorData, sha256(clientDataJson)), signature.bytes),
    'signature');
}

function checkEntry(entry, head, keys) {
  const root = rootOf(sha256, logLeaf(entry.salt, entry.record), entry.index, head.size, entry.path);
  need(same(root, head.root), 'otherRoot');
  const envelope = parse(entry.record, ENVELOPE);
  const record = parse(envelope.payload, RECORD);
  const signatures = [];
  const check = (role, digestOf, signature, verify = checkBatch) => {
    const key = keys.get(hex(signature.keyId));
    need(key !== undefined, 'keyMissing', role);
    try {
      verify(key, digestOf(DIGESTS[key.suite]), signature);
    } catch (refused) {
      throw refused instanceof Refused ? new Refused(refused.code, role) : refused;
    }
    signatures.push({ role, suite: key.suite, keyId: hex(key.id) });
  };
  check('producer', (digest) => digest(envelope.payload), envelope.signature ?? EMPTY_SIGNATURE);
  if (record.requestSignature) {
    check('request', () => record.requestDigest, record.requestSignature);
  }
  if (record.responseSignature) {
    check('response', () => record.responseDigest, record.responseSignature);
  }
  if (record.act) {
    const { act, signature, webauthn } = record.act;
    check('act', (digest) => digest(act), signature ?? EMPTY_SIGNATURE,
      webauthn && ((...what) => checkWebauthn(webauthn, ...what)));
  }
  return { index: entry.index, record, signatures };
}

/**
 * Opens a pack under pinned verifier keys: its checkpoint, cosignatures and keys hold.
 * Gives {origin, size, root, witnesses, count, entries}; iterating `entries` verifies one
 * after the other and gives {index, record, signatures: [{role, suite, keyId}]}. Whatever
 * fails throws Refused; from `entries` with the index of the first entry that fails.
 */
export function openPack(bytes, verifierKeys) {
  const pack = readPack(bytes);
  const head = openCheckpoint(pack.checkpoint, pack.cosignatures, verifierKeys);
  const loaded = pack.keys.map(loadKey);
  const keys = new Map(loaded.map((key) => [hex(key.id), key]));
  need(keys.size === loaded.length, 'keyTwice');
  need(pack.entries.length > 0, 'empty');
  function* verified() {
    let before = -1n;
    for (const entry of pack.entries) {
      try {
        need(entry.index > before, 'order');
        before = entry.index;
        yield checkEntry(entry, head, keys);
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        throw new Refused(refused.code, refused.what, entry.index);
      }
    }
  }
  return { ...head, count: pack.entries.length, entries: verified() };
}

/** The whole at once: {entries, size}. */
export function verifyPack(bytes, verifierKeys) {
  const pack = openPack(bytes, verifierKeys);
  let entries = 0;
  for (const _ of pack.entries) entries++;
  return { entries, size: pack.size };
}
