// SPDX-License-Identifier: Apache-2.0
// Makes one HTML file with everything in it from a folder with index.html, page.js and page.css.
// Its policy allows this script and this style and nothing else: no network at all.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

async function bundled(file, options) {
  const { outputFiles } = await build({
    entryPoints: [file], bundle: true, write: false, minify: true, legalComments: 'eof',
    charset: 'utf8', logLevel: 'error', ...options,
  });
  return outputFiles[0].text.trim();
}

/** `define` has esbuild's constants: names in the script, and their values as JSON. */
export async function writePage(folder, out, define = {}) {
  const script = await bundled(join(folder, 'page.js'),
                               { format: 'iife', target: 'es2022', define });
  const style = await bundled(join(folder, 'page.css'), {});
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
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  writeFileSync(out, page.replace(/%(POLICY|SCRIPT|STYLE)%/g, (_, name) => parts[name]));
}
