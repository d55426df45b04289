// SPDX-License-Identifier: Apache-2.0
// Checkpoints and cosignatures as C2SP signed notes (proto/FORMATS.md section 5).
import { concat, hex, need, numberOf, Refused, same, unbase64, utf8 } from './bytes.js';
import { ed25519Verifies, loadKey, sha256, SM2_SM3, sm2Verifies } from './signatures.js';

const NAME = /^[!-*,-~]{1,255}$/;
const LOG = 1;
const WITNESS = 4;
const NATIONAL = 0xff;
const NATIONAL_MARK = utf8('shareway/v1/sm2-sm3\n'); // after the type
const MAX_NOTE = 256 * 1024; // bytes; nothing else bounds the lines, one for each witness

/** {type, name, hash, verifies} of NAME+HEX(hash)+BASE64(type ‖ key). */
export function parseVerifier(text) {
  const [name, hash, ...rest] = text.split('+');
  try {
    need(rest.length > 0 && NAME.test(name), 'verifierKey');
    const typed = unbase64(rest.join('+'));
    const computed = sha256(concat(utf8(`${name}\n`), typed)).slice(0, 4);
    need(hex(computed) === hash, 'verifierKey');
    const type = typed[0];
    const key = typed.slice(1);
    if (type === NATIONAL) {
      const end = NATIONAL_MARK.length;
      need(same(key.slice(0, end), NATIONAL_MARK), 'verifierKey');
      const sm2 = loadKey(key.slice(end));
      need(sm2.suite === SM2_SM3, 'verifierKey');
      const verifies = (message, signature) => sm2Verifies(sm2, message, signature);
      return { type, name, hash: computed, verifies };
    }
    need(key.length === 32 && (type === LOG || type === WITNESS), 'verifierKey');
    const verifies = (message, signature) => ed25519Verifies(key, message, signature);
    return { type, name, hash: computed, verifies };
  } catch (refused) {
    throw refused instanceof Refused ? new Refused('verifierKey', text.slice(0, 80)) : refused;
  }
}

/** The keys in the text of a key file: one a line, '#' starts a remark. */
export function verifierKeysIn(text) {
  return text.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));
}

// {name, hash, bytes} of a signature line without its line feed.
function parseLine(line) {
  const parts = line.slice(2).split(' ');
  need(line.startsWith('\u2014 ') && parts.length === 2 && NAME.test(parts[0]), 'signatureLine');
  const raw = unbase64(parts[1], 'signatureLine');
  need(raw.length > 4, 'signatureLine');
  return { name: parts[0], hash: raw.slice(0, 4), bytes: raw.slice(4) };
}

function parseNote(note) {
  need(utf8(note).length <= MAX_NOTE, 'note');
  need(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(note), 'note');
  const blank = note.lastIndexOf('\n\n');
  need(blank >= 0 && note.endsWith('\n') && note.length > blank + 2, 'note');
  const text = note.slice(0, blank + 1);
  const signatures = note.slice(blank + 2, -1).split('\n').map(parseLine);
  const body = text.split('\n');
  need(body.length >= 4 && NAME.test(body[0]), 'note');
  need(/^(0|[1-9][0-9]{0,19})$/.test(body[1]) && BigInt(body[1]) < 1n << 64n, 'note');
  const root = unbase64(body[2], 'note');
  need(root.length === 32, 'note');
  return { text, origin: body[0], size: BigInt(body[1]), root, signatures };
}

const isBy = (line, verifier) => line.name === verifier.name && same(line.hash, verifier.hash);

/**
 * {origin, size, root, witnesses: [{name, time}]} of a note that the pinned log signed: one
 * key of each kind (Ed25519, SM2) that is pinned with its origin; every cosignature by a pinned witness's key verifies, and is in `witnesses`.
 */
export function openCheckpoint(note, cosignatures, verifierKeys) {
  const verifiers = verifierKeys.map(parseVerifier);
  const { text, origin, size, root, signatures } = parseNote(note);
  const bytes = utf8(text);
  const signedBy = (verifier) => {
    const line = signatures.find((one) => isBy(one, verifier)); // of several the first counts
    return line !== undefined && verifier.verifies(bytes, line.bytes);
  };
  const pinned = verifiers.filter((one) => one.type !== WITNESS && one.name === origin);
  need(pinned.length > 0, 'checkpointSignature', origin);
  for (const type of new Set(pinned.map((one) => one.type))) {
    need(pinned.some((one) => one.type === type && signedBy(one)), 'checkpointSignature', origin);
  }
  const witnesses = [];
  for (const cosignature of cosignatures) {
    need(cosignature.endsWith('\n'), 'signatureLine');
    const line = parseLine(cosignature.slice(0, -1));
    for (const verifier of verifiers) {
      if (verifier.type !== WITNESS || !isBy(line, verifier)) continue;
      const time = numberOf(line.bytes.slice(0, 8));
      const verifies = line.bytes.length === 72 &&
        verifier.verifies(utf8(`cosignature/v1\ntime ${time}\n${text}`), line.bytes.slice(8));
      need(verifies, 'cosignature', line.name);
      witnesses.push({ name: line.name, time });
    }
  }
  return { origin, size, root, witnesses };
}
