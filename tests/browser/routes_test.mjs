// SPDX-License-Identifier: Apache-2.0
// Every page of every role, against the services. Nothing may go wrong on any.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { application, barriers, city, options, signIn, visitor } from './fixture.mjs';
import { patterns, peopleOf, walk } from './walk.mjs';

/** At a time; each is in a process of the browser. */
const TOGETHER = 2;
/** Opened by another test: who is signed in has no business there. */
const ELSEWHERE = ['/first-start'];
/** The editor checks an entry that is there as a new one (there is no other check): its code is taken. */
const EXPECTED = ['409 /shareway.catalog.v1.CatalogService/CreateResource'];

const seen = new Set();

/** What is wrong with the page shown. */
async function wrongWith(page, hidden) {
  const headings = await page.locator('h1').count();
  const alerts = await page.locator('main [role=alert]').allInnerTexts();
  const failed = page.context().faults.splice(0).filter((fault) => !EXPECTED.includes(fault));
  // What a person may not see is told in the page, by one answer for all.
  const told = hidden && alerts.length === 1 && failed.length === 1 && failed[0].startsWith('403 ');
  return [...(headings === 1 ? [] : [`${headings} main headings`]), ...(told ? [] : [...alerts, ...failed])];
}

describe('pages', { concurrency: TOGETHER }, () => {
  for (const person of peopleOf(options.all)) {
    test(`${person} opens all that the menu and its pages lead to`, async () => {
      const all = await application();
      const { people } = await city();
      const context = await visitor();
      const page = await signIn(context, person);
      // The menu says the same as the routes: it leads to no page that is not theirs.
      const menu = await page.getByRole('navigation').locator('a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      const theirs = all.routes.filter((route) => all.shows(route, people[person].roles)).map(({ path }) => path);
      const faults = menu.filter((to) => !theirs.includes(to)).map((to) => `the menu leads to ${to}`);
      faults.push(...await walk(page, async ({ path, route, from, hidden }) => {
        // Of a page of each kind also what axe finds; it is the same for everybody.
        const barred = seen.has(route) ? [] : await barriers(page);
        seen.add(route);
        faults.push(...[...await wrongWith(page, hidden), ...barred].map((one) => `${path} (from ${from}): ${one}`));
      }));
      await context.close();
      assert.deepEqual(faults, []);
    });
  }
});

test('a page of each kind was seen by somebody', async () => {
  assert.deepEqual((await patterns()).map(({ path }) => path).filter((path) => !seen.has(path) && !ELSEWHERE.includes(path)), []);
});
