// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { AREAS } from './area';

const ROUTES = AREAS.flatMap((area) => area.routes.map(({ path }) => path));

test('each path is one page’s, over all areas', () => {
  expect(ROUTES.filter((path, at) => ROUTES.indexOf(path) !== at)).toEqual([]);
});

test('each entry of the menu leads to a page, and no page is in it twice', () => {
  const entries = AREAS.flatMap((area) => area.menu.map(({ to }) => to));
  expect(entries.filter((to) => !ROUTES.includes(to))).toEqual([]);
  expect(entries.filter((to, at) => entries.indexOf(to) !== at)).toEqual([]);
});
