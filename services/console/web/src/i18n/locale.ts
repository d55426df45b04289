// SPDX-License-Identifier: Apache-2.0
// The three locales and what a person or browser may call them (law.md, section 10).

export const LOCALES = ['zh-Hans', 'zh-Hant', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** As each calls itself; no flags, no names of regions. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = {
  'zh-Hans': '简体中文', 'zh-Hant': '繁體中文', 'en': 'English',
};

/** From a language tag; undefined for another language. */
export function localeOf(tag: string): Locale | undefined {
  if (/^zh\b.*\b(Hant|TW|HK|MO)\b/i.test(tag)) return 'zh-Hant';
  if (/^zh\b/i.test(tag)) return 'zh-Hans';
  return /^en\b/i.test(tag) ? 'en' : undefined;
}

const KEPT = 'shareway.locale';

export function preferredLocale(): Locale {
  const kept = localeOf(localStorage.getItem(KEPT) ?? '');
  if (kept !== undefined) return kept;
  for (const tag of navigator.languages) {
    const known = localeOf(tag);
    if (known !== undefined) return known;
  }
  return 'zh-Hans';
}

export function keepLocale(locale: Locale): void { localStorage.setItem(KEPT, locale); }
