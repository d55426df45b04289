// SPDX-License-Identifier: Apache-2.0
// Makes the one file that a verifier opens, with everything in it:
//
//   node build.mjs OUT.html
//
// Its policy allows this script and this style and nothing else: no network at all.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (out === undefined) {
  console.error('usage: node build.mjs OUT.html');
  process.exit(2);
}

async function bundled(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page', entry)], bundle: true, write: false, minify: true,
    legalComments: 'eof', charset: 'utf8', logLevel: 'error', ...options,
  });
  return outputFiles[0].text.trim();
}

const script = await bundled('page.js', { format: 'iife', target: 'es2022' });
const style = await bundled('page.css');
if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
  throw new Error('what goes between the tags would end them');
}
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const parts = {
  POLICY: `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; ` +
    "base-uri 'none'; form-action 'none'",
  SCRIPT: script,
  STYLE: style,
};
const page = readFileSync(join(here, 'page', 'index.html'), 'utf8');
writeFileSync(out, page.replace(/%(POLICY|SCRIPT|STYLE)%/g, (_, name) => parts[name]));
