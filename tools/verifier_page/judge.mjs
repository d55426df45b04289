// SPDX-License-Identifier: Apache-2.0
// Runs the page's verifier without a page, over the same cases as tools/verify_pack.py:
//
//   node judge.mjs            reads cases of packs, one JSON object a line, from the input
//   node judge.mjs DIR        runs the vectors in DIR
//
// Prints those that it judges otherwise than they say; exit code 1 if there is one.
import { readdirSync, readFileSync } from 'node:fs';

import { Refused, unbase64, utf8 } from './src/bytes.js';
import { openCheckpoint } from './src/note.js';
import { checkBatch, verifyPack } from './src/pack.js';
import { DIGESTS, loadKey, sha256 } from './src/signatures.js';
import { logLeaf } from './src/tree.js';
import { ENVELOPE, parse, RECORD } from './src/wire.js';

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

// One function a kind; each gives what the case must have in `want`.
const RUN = {
  packs(one) {
    const bytes = 'pack' in one ? utf8(one.pack) : unbase64(one.pack_base64);
    const { entries, size } = verifyPack(bytes, one.keys);
    return { entries, size: Number(size) };
  },
  notes(one) {
    const { size, root } = openCheckpoint(one.note, one.cosignatures, one.keys);
    return { size: Number(size), root: base64(root) };
  },
  national_notes: (one) => RUN.notes(one),
  ed25519_edges: (one) => RUN.notes(one),
  batch_signatures(one) {
    const signature = {
      suite: BigInt(one.signature.suite), keyId: unbase64(one.signature.key_id),
      index: BigInt(one.signature.index), size: BigInt(one.signature.size),
      path: one.signature.path.map((hash) => unbase64(hash)),
      bytes: unbase64(one.signature.bytes),
    };
    const key = loadKey(unbase64(one.spki));
    checkBatch(key, DIGESTS[key.suite](unbase64(one.payload)), signature);
    return {};
  },
  records(one) {
    const salt = unbase64(one.salt);
    const record = unbase64(one.record);
    const body = parse(parse(record, ENVELOPE).payload, RECORD);
    const entry = sha256(Buffer.concat([utf8('shareway/v1/entry\n'), salt, record]));
    return { commitment: base64(entry), leaf: base64(logLeaf(salt, record)),
             kind: Number(body.kind), sequence: Number(body.sequence), producer: body.producer };
  },
};

function judge(kind, one) {
  const want = { valid: one.valid, ...one.want };
  let have;
  try {
    have = { valid: true, ...RUN[kind](one) };
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    have = { valid: false, ...(refused.entry === null ? {} : { entry: Number(refused.entry) }) };
  }
  const names = Object.keys(want);
  const agrees = names.length === Object.keys(have).length &&
    names.every((name) => want[name] === have[name]);
  if (!agrees) {
    console.error(`${one.name}: want ${JSON.stringify(want)}, have ${JSON.stringify(have)}`);
    console.error(JSON.stringify(one));
  }
  return agrees;
}

let agreed = 0;
let total = 0;
const count = (agrees) => {
  total += 1;
  agreed += agrees;
};
const folder = process.argv[2];
if (folder !== undefined) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json')).sort()) {
    const vectors = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
    if (!(vectors.kind in RUN)) continue; // keyed digests are not for who verifies
    for (const one of vectors.cases) count(judge(vectors.kind, one));
  }
} else {
  // Not node:readline, which ends lines at U+2028, too.
  let rest = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) count(judge('packs', JSON.parse(line)));
  }
}
console.log(`${agreed} of ${total} vectors agree`);
process.exitCode = agreed === total && total > 0 ? 0 : 1;
