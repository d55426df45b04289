// SPDX-License-Identifier: Apache-2.0
// WCAG 2.1 A and AA, as far as axe can tell, on a page of each kind, in each language and shade.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { barriers, options, settled, signIn, visitor } from './fixture.mjs';
import { patterns, peopleOf, walk } from './walk.mjs';

// zh-Hans in light is looked at by routes_test.mjs.
const FIRST = [{ locale: 'en', shade: 'dark' }];
const REST = [
  { locale: 'zh-Hant', shade: 'light' }, { locale: 'zh-Hans', shade: 'dark' }, { locale: 'en', shade: 'light' }, { locale: 'zh-Hant', shade: 'dark' },
];

for (const { locale, shade } of [...FIRST, ...(options.all ? REST : [])]) {
  test(`no page has a barrier that axe finds, in ${locale} and ${shade}`, async () => {
    const faults = new Map();
    const seen = new Set();
    const note = async (page, where) => {
      for (const one of await barriers(page)) faults.set(one, faults.get(one) ?? where);
    };
    const outside = await visitor({ locale, shade });
    const first = await outside.newPage();
    for (const path of ['/', '/first-start']) {
      await first.goto(path);
      await settled(first);
      await note(first, path);
    }
    await outside.close();
    for (const person of peopleOf(options.all)) {
      const context = await visitor({ locale, shade });
      const page = await signIn(context, person, { locale });
      await walk(page, async ({ path, route }) => {
        seen.add(route);
        await note(page, `${path}, ${person}`);
      }, { skip: (route) => seen.has(route) });
      await context.close();
    }
    assert.deepEqual((await patterns()).filter(({ path, open }) => !open && !seen.has(path)).map(({ path }) => path), []);
    assert.deepEqual([...faults].map(([fault, where]) => `${where}: ${fault}`), []);
  });
}
