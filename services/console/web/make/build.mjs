// SPDX-License-Identifier: Apache-2.0
// Builds the application into a folder for shareway-console's --web, each text file with its .br
// and .gz beside it, and fails where the first load has grown over its bound:
//
//   node make/build.mjs [FOLDER]     (build/pages unless said)
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { generate } from './generate.mjs';

const FIRST_LOAD = 600 * 1024; // bytes of gzip: index.html and what it loads before the first page
const PACKED = new Set(['.js', '.css', '.svg', '.json', '.txt']);
// Operators write these after the build; a packed twin would go on telling the old content.
const NOT_PACKED = new Set(['console.json']);

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.argv[2] ?? join(web, 'build/pages'));

function filesIn(at) {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(at, entry.name)) : [join(at, entry.name)]);
}

function pack() {
  for (const file of filesIn(folder)) {
    const name = file.slice(folder.length + 1);
    if (!/^[A-Za-z0-9._/-]+$/.test(name)) throw new Error(`${name}: the console serves no such name`);
    if (!PACKED.has(extname(file)) || NOT_PACKED.has(name)) continue;
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }));
  }
}

// The entry, what it imports, and the largest locale's texts.
function firstLoad() {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const entry = Object.values(manifest).find((chunk) => chunk.isEntry);
  const wanted = new Set();
  const add = (chunk) => {
    if (wanted.has(chunk.file)) return;
    wanted.add(chunk.file);
    for (const css of chunk.css ?? []) wanted.add(css);
    for (const key of chunk.imports ?? []) add(manifest[key]);
  };
  add(entry);
  const size = (file) => gzipSync(readFileSync(join(folder, file))).length;
  const texts = Object.values(manifest).filter((chunk) => /(^|\/)texts-/.test(chunk.file));
  const sizes = texts.map((chunk) => size(chunk.file));
  return [...wanted].reduce((sum, file) => sum + size(file), size('index.html')) +
    Math.max(0, ...sizes);
}

generate();
const { build } = await import('vite');
await build({ root: web, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
const bytes = firstLoad();
pack();
console.log(`web: first load ${Math.ceil(bytes / 1024)} KiB gzip, in ${folder}`);
if (bytes > FIRST_LOAD) {
  console.error(`web: the first load may be ${FIRST_LOAD / 1024} KiB at most`);
  process.exit(1);
}
