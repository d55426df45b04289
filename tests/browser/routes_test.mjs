// SPDX-License-Identifier: Apache-2.0
// Every page of every person, against the services: the menu of each role, and from each page on to
// the objects that it links to, until a page of each kind was seen. Nothing may go wrong on any.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { application, city, settled, signIn, visitor } from './fixture.mjs';

/** One for each role, and one with several. */
const EACH = [
  'tax-applicant', 'housing-sharing-head', 'civil-affairs-reviewer', 'civil-affairs-sharing-head', 'housing-editor',
  'tax-head', 'tax-steward', 'tax-clerk', 'authority-officer', 'recording-officer', 'auditor', 'supervisor', 'tax-accounts',
  'system-administrator', 'security-administrator', 'audit-administrator', 'housing-many', 'old-authority-officer',
];
/** Pages that no link of the city leads to. Each is opened by another test, or says here why not. */
const ELSEWHERE = new Set(['/first-start']);
/** Of each kind of object, so many that no other page led this person to. */
const OF_A_KIND = 1;
/** At a time; each is in a process of the browser. */
const TOGETHER = 2;
/** What the console serves itself: pages to print, its contract, the log's pages. And requests, read at /inbox. */
const SERVED = /^\/(print|log|api|requests)\b/;
/** Links of an object to one that is not for all who read the first. */
const OTHERS = [['/circulars/', '/findings/'], ['/evidence/', '/']];

const seen = new Set();

/** What people come to by typing, or by a button. */
async function typed() {
  const { objects, grants } = await city();
  return {
    'housing-editor': [`/${objects.draft}`, `/${objects.draft}/edit`],
    auditor: [`/evidence?grant=${encodeURIComponent(grants.marriages)}`],
  };
}

/** The routes, with what they match. */
const patterns = async () => (await application()).routes.map((route) => ({
  ...route, like: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`), open: route.open === true }));
/** The route that a path shows: the one with the fewest parameters, as the router chooses. */
const routeOf = (routes, path) => routes.filter(({ like }) => like.test(path))
  .sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];

/** Goes to a path within the application, as its links do. */
const go = (page, path) => page.evaluate((to) => {
  history.pushState({}, '', to);
  dispatchEvent(new PopStateEvent('popstate'));
}, path);

/** Shows one page: where its links lead, and what was wrong with it. */
async function look(page, path, unseen) {
  const wrong = [];
  await go(page, path);
  await settled(page);
  const headings = await page.locator('h1').count();
  if (headings !== 1) wrong.push(`${headings} main headings`);
  const alerts = await page.locator('main [role=alert]').allInnerTexts();
  const { faults } = page.context();
  const failed = faults.splice(0);
  // What a person may not see is told in the page, by one answer for all.
  const hidden = unseen && alerts.length === 1 && failed.length === 1 && failed[0].startsWith('403 ');
  if (!hidden) wrong.push(...alerts, ...failed);
  const links = await page.locator('main a[href^="/"]').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  return { wrong, links };
}

describe('pages', { concurrency: TOGETHER }, () => {
  for (const person of EACH) test(`${person} opens all that the menu and its pages lead to`, async () => {
    const { people } = await city();
    const all = await application();
    const routes = await patterns();
    const context = await visitor();
    const page = await signIn(context, person);
    const { roles } = people[person];
    const todo = routes.filter((route) => !route.path.includes(':') && !route.open && all.shows(route, roles))
      .map((route) => ({ path: route.path, from: 'the menu' }));
    todo.push(...(await typed())[person]?.map((path) => ({ path, from: 'its address' })) ?? []);
    // The menu says the same as the routes: it leads to no page that is not theirs.
    const menu = await page.getByRole('navigation').locator('a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.deepEqual(menu.filter((to) => !todo.some(({ path }) => path === to)), []);
    const kinds = new Map();
    const faults = [];
    for (const { path, from } of todo) {
      const shown = routeOf(routes, path.split(/[?#]/)[0]);
      seen.add(shown.path);
      const { wrong, links } = await look(page, path, OTHERS.some(([object, other]) => from.startsWith(object) && path.startsWith(other)));
      faults.push(...wrong.map((one) => `${path} (from ${from}): ${one}`));
      for (const href of links) {
        const to = href.split(/[?#]/)[0];
        const route = routeOf(routes, to);
        if (route === undefined) {
          if (!SERVED.test(to)) faults.push(`${path}: ${to} leads nowhere`);
          continue;
        }
        const count = kinds.get(route.path) ?? 0;
        if (count >= OF_A_KIND || todo.some((one) => one.path.split(/[?#]/)[0] === to)) continue;
        kinds.set(route.path, count + 1);
        todo.push({ path: href, from: path });
      }
    }
    await context.close();
    assert.deepEqual(faults, []);
  });
});

test('a page of each kind was seen by somebody', async () => {
  const routes = await patterns();
  assert.deepEqual(routes.map(({ path }) => path).filter((path) => !seen.has(path) && !ELSEWHERE.has(path)), []);
});
