// SPDX-License-Identifier: Apache-2.0
// Walks a person's pages: from the menu, and from each page on to the objects that it links to.
import { application, city, settled } from './fixture.mjs';

/** One for each role, and one with several. The first are enough to see a page of each kind. */
const FIRST = [
  'tax-applicant', 'housing-sharing-head', 'civil-affairs-reviewer', 'housing-editor', 'authority-officer', 'auditor', 'security-administrator', 'tax-accounts',
  'tax-steward',
];
const REST = [
  'civil-affairs-sharing-head', 'tax-head', 'tax-clerk', 'recording-officer', 'supervisor',
  'system-administrator', 'audit-administrator', 'housing-many', 'old-authority-officer',
];
export const peopleOf = (all) => (all ? [...FIRST, ...REST] : FIRST);

/** Of each kind of object, so many that no other page led this person to. */
const OF_A_KIND = 1;
/** What the console serves itself: pages to print, its contract, the log's pages. */
const SERVED = /^\/(print|log|api)\b/;
/** Links of an object to one that is not for all who read the first. */
const OTHERS = [['/circulars/', '/findings/'], ['/evidence/', '/']];

/** What people come to by typing, or by a button. */
async function typed() {
  const { objects, grants } = await city();
  return {
    'housing-editor': [`/${objects.draft}`, `/${objects.draft}/edit`, `/${objects.project}/edit`, `/${objects.project}/catalogue`],
    'tax-applicant': [`/${objects.draft_request}`, `/${objects.draft_request}/edit`],
    auditor: [`/evidence?grant=${encodeURIComponent(grants.marriages)}`],
  };
}

/** The routes, with what they match. */
export const patterns = async () => (await application()).routes.map((route) => ({
  ...route, like: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`), open: route.open === true }));

/** The route that a path shows: the one with the fewest parameters, as the router chooses. */
const routeOf = (routes, path) => routes.filter(({ like }) => like.test(path))
  .sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];

/** Goes to a path within the application, as its links do. */
export const go = (page, path) => page.evaluate((to) => {
  history.pushState({}, '', to);
  dispatchEvent(new PopStateEvent('popstate'));
}, path);

/**
 * Shows each page to a person who is signed in on `page` and calls `look({path, route, from, hidden})`, where
 * `hidden` says that the object may not be this person's to see; what `skip` says of a route's path is left out. Returns links that lead nowhere.
 */
export async function walk(page, look, { skip = () => false } = {}) {
  const { person } = page.context();
  const { people } = await city();
  const { roles } = people[person];
  const all = await application();
  const routes = await patterns();
  const todo = routes.filter((route) => !route.path.includes(':') && !route.open && all.shows(route, roles))
    .map((route) => ({ path: route.path, from: 'the menu' }));
  todo.push(...(await typed())[person]?.map((path) => ({ path, from: 'its address' })) ?? []);
  const kinds = new Map();
  const nowhere = [];
  for (const { path, from } of todo) {
    const route = routeOf(routes, path.split(/[?#]/)[0]).path;
    // A list leads everybody to other objects; one object of a kind is like another.
    if (skip(route) && route.includes(':')) continue;
    await go(page, path);
    await settled(page);
    if (!skip(route)) await look({ path, route, from, hidden: OTHERS.some(([object, other]) => from.startsWith(object) && path.startsWith(other)) });
    for (const href of await page.locator('main a[href^="/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')))) {
      const to = href.split(/[?#]/)[0];
      const leads = routeOf(routes, to);
      if (leads === undefined) {
        if (!SERVED.test(to)) nowhere.push(`${path}: ${to} leads nowhere`);
        continue;
      }
      const count = kinds.get(leads.path) ?? 0;
      if (count >= OF_A_KIND || todo.some((one) => one.path.split(/[?#]/)[0] === to)) continue;
      kinds.set(leads.path, count + 1);
      todo.push({ path: href, from: path });
    }
  }
  return nowhere;
}
