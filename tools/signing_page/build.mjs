// SPDX-License-Identifier: Apache-2.0
// Makes the one file of a signing origin, with all acts that there are in it:
//
//   node build.mjs OUT.html [PROTOC]
//
// Prints its SHA-256, which is to be published: the same tree makes the same file.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { writePage } from '../verifier_page/one_file.mjs';
import { readContract } from './contract.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [out, protoc = 'protoc'] = process.argv.slice(2);
if (out === undefined) {
  console.error('usage: node build.mjs OUT.html [PROTOC]');
  process.exit(2);
}
await writePage(join(here, 'page'), out, { CONTRACT: JSON.stringify(readContract(protoc)) });
console.log(createHash('sha256').update(readFileSync(out)).digest('hex'));
