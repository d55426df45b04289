// SPDX-License-Identifier: Apache-2.0
// Runs the tests of this folder in one process, so that they share a city and a browser:
//
//   node run.mjs [--bin DIR --web DIR --sign FILE | --city SOCKET] [NAME …]
//
// --city: a city that is up already, see city.py.
// NAME: the files to run, without `_test.mjs`; all unless said.
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { options, stop } from './fixture.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const build = join(here, '../../build');
const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  bin: { type: 'string', default: join(build, 'bin') },
  web: { type: 'string', default: join(build, 'web') },
  sign: { type: 'string', default: join(build, 'sign.html') },
  city: { type: 'string' } } });
Object.assign(options, { bin: resolve(values.bin), web: resolve(values.web), sign: resolve(values.sign),
  socket: values.city });

after(stop);
const files = readdirSync(here).filter((name) => name.endsWith('_test.mjs'))
  .filter((name) => positionals.length === 0 || positionals.includes(name.replace('_test.mjs', '')));
if (files.length === 0) throw new Error(`no test file is named ${positionals.join(', ')}`);
for (const file of files.sort()) await import(join(here, file));
