// SPDX-License-Identifier: Apache-2.0
// Writes a picture of each page, in light and in dark, into a folder:
//
//   node screenshots.mjs [--locale zh-Hans|zh-Hant|en] [--bin DIR --web DIR --sign FILE | --city SOCKET] FOLDER
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { options, settled, signIn, stop, visitor } from './fixture.mjs';
import { peopleOf, walk } from './walk.mjs';

const build = join(dirname(fileURLToPath(import.meta.url)), '../../build');
const { values, positionals: [folder] } = parseArgs({ allowPositionals: true, options: {
  bin: { type: 'string', default: join(build, 'bin') }, web: { type: 'string', default: join(build, 'web') },
  sign: { type: 'string', default: join(build, 'sign.html') }, city: { type: 'string' },
  locale: { type: 'string', default: 'zh-Hans' } } });
if (folder === undefined) {
  console.error('screenshots: no folder is given');
  process.exit(2);
}
Object.assign(options, { bin: resolve(values.bin), web: resolve(values.web), sign: resolve(values.sign), socket: values.city });
const { locale } = values;

/** /resources/:id/edit as a file's name. */
const fileOf = (route) => (route === '/' ? 'home' : route.slice(1).replaceAll('/', '-').replaceAll(':', ''));

let count = 0;
try {
  for (const shade of ['light', 'dark']) {
    const seen = new Set();
    const into = join(resolve(folder), shade);
    mkdirSync(into, { recursive: true });
    const take = async (page, route) => {
      seen.add(route);
      await page.screenshot({ path: join(into, `${fileOf(route)}.png`), fullPage: true });
      count += 1;
    };
    const outside = await visitor({ locale, shade });
    const first = await outside.newPage();
    for (const [path, name] of [['/', '/sign-in'], ['/first-start', '/first-start']]) {
      await first.goto(path);
      await settled(first);
      await take(first, name);
    }
    await outside.close();
    for (const person of peopleOf(false)) {
      const context = await visitor({ locale, shade });
      const page = await signIn(context, person, { locale });
      await walk(page, ({ route }) => take(page, route), { skip: (route) => seen.has(route) });
      await context.close();
    }
  }
} finally {
  await stop();
}
console.log(`${count} pictures in ${folder}`);
