// SPDX-License-Identifier: Apache-2.0
// What jsdom lacks and pages use; texts in simplified Chinese unless a test says otherwise.
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import { setLocale } from '@/i18n';

// Pages are loaded when they are shown, and forms are checked a moment after the last key.
configure({ asyncUtilTimeout: 15000 });

if (window.matchMedia === undefined) {
  window.matchMedia = (query: string): MediaQueryList => ({
    matches: false, media: query, onchange: null, addEventListener: () => {}, removeEventListener: () => {},
    addListener: () => {}, removeListener: () => {}, dispatchEvent: () => false,
  });
}
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
// jsdom knows styles of elements only and complains of pseudo-elements on each table.
const computed = window.getComputedStyle.bind(window);
window.getComputedStyle = (element: Element): CSSStyleDeclaration => computed(element);

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  await setLocale('zh-Hans');
});
afterEach(() => cleanup());
