// SPDX-License-Identifier: Apache-2.0
// Makes the one file that a verifier opens, with everything in it:
//
//   node build.mjs OUT.html
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { writePage } from './one_file.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (out === undefined) {
  console.error('usage: node build.mjs OUT.html');
  process.exit(2);
}
await writePage(join(here, 'page'), out);
