// SPDX-License-Identifier: Apache-2.0
// Writes the TypeScript of the contracts (proto/) to build/contracts, which is not kept in the repository:
//
//   node make/generate.mjs
//
// Does nothing where that is of the same contracts and the same generator already.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const protos = join(web, '../../../proto');
const out = join(web, 'build/contracts');
const plugin = join(web, 'node_modules/.bin/protoc-gen-es');

function protosIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return protosIn(path);
    return entry.name.endsWith('.proto') ? [relative(protos, path)] : [];
  }).sort();
}

export function generate() {
  const files = protosIn(protos);
  const digest = createHash('sha256');
  digest.update(readFileSync(join(web, 'node_modules/@bufbuild/protoc-gen-es/package.json')));
  for (const file of files) digest.update(file).update(readFileSync(join(protos, file)));
  const stamp = `${digest.digest('hex')}\n`;
  const stampFile = join(out, '.contracts');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  // Beside it and then in its place: whoever builds at the same time sees all of it or none.
  mkdirSync(dirname(out), { recursive: true });
  const next = mkdtempSync(`${out}-`);
  execFileSync('protoc', ['-I', protos, `--plugin=protoc-gen-es=${plugin}`, `--es_out=${next}`,
    '--es_opt=target=ts,import_extension=none', ...files], { stdio: 'inherit' });
  writeFileSync(join(next, '.contracts'), stamp);
  rmSync(out, { recursive: true, force: true });
  renameSync(next, out);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate();
