// SPDX-License-Identifier: Apache-2.0
// Runs the tests of this folder in one process, so that they share a city and a browser:
//
//   node run.mjs [--all] [--bin DIR --web DIR --sign FILE | --city SOCKET] [NAME …]
//
// --all: everybody, and every language and shade; --city: a city that is up already, see city.py.
// NAME: the files to run, without `_test.mjs`; all unless said.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const build = join(here, '../../build');
const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  bin: { type: 'string', default: join(build, 'bin') },
  web: { type: 'string', default: join(build, 'web') },
  sign: { type: 'string', default: join(build, 'sign.html') },
  city: { type: 'string' }, all: { type: 'boolean', default: false } } });
if (!existsSync('/usr/bin/chromium') || !existsSync(join(here, 'node_modules/playwright-core'))) {
  console.log('skipped: tools/setup was run with --no-npm, there is no browser');
  process.exit(77);
}
const { options, stop } = await import('./fixture.mjs');
Object.assign(options, { bin: resolve(values.bin), web: resolve(values.web), sign: resolve(values.sign),
  socket: values.city, all: values.all });

after(stop);
const files = readdirSync(here).filter((name) => name.endsWith('_test.mjs'))
  .filter((name) => positionals.length === 0 || positionals.includes(name.replace('_test.mjs', '')));
if (files.length === 0) throw new Error(`no test file is named ${positionals.join(', ')}`);
for (const file of files.sort()) await import(join(here, file));
