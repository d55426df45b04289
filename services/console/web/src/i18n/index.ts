// SPDX-License-Identifier: Apache-2.0
// Texts by area and locale. An area's dictionaries are AREA/i18n/zh-Hans.ts and en.ts, a default
// export each; zh-Hant is made of zh-Hans (make/traditional.ts).
import i18next, { type i18n } from 'i18next';
import { createContext, createElement, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { keepLocale, type Locale } from './locale';
import { wordsOf } from './words';

export { LOCALES, LOCALE_NAMES, localeOf, preferredLocale, type Locale } from './locale';
export { wordsOf, type Words } from './words';

/** A dictionary: texts by key, nested as deep as one likes. */
export interface Dictionary { readonly [key: string]: string | Dictionary }
/** What another locale of a dictionary has to look like: the same keys, other texts. */
export type Like<D> = { readonly [K in keyof D]: D[K] extends string ? string : Like<D[K]> };
/** The dotted paths of a dictionary's texts. */
export type KeysOf<D> = { [K in keyof D & string]:
  D[K] extends string ? K : `${K}.${KeysOf<D[K]>}` }[keyof D & string];

type Loaders = Record<string, () => Promise<Dictionary>>;
const LOADERS: Record<Locale, Loaders> = {
  'zh-Hans': import.meta.glob<Dictionary>('../**/i18n/zh-Hans.ts', { import: 'default' }),
  'zh-Hant': import.meta.glob<Dictionary>('../**/i18n/zh-Hans.ts', { import: 'default', query: '?hant' }),
  'en': import.meta.glob<Dictionary>('../**/i18n/en.ts', { import: 'default' }),
};

/** The area of a dictionary's path: its folder's name. */
export function areaOf(path: string): string {
  const parts = path.split('/');
  return parts[parts.indexOf('i18n') - 1] ?? '';
}

export async function textsIn(locale: Locale): Promise<Record<string, Dictionary>> {
  const found = await Promise.all(Object.entries(LOADERS[locale])
    .map(async ([path, load]) => [areaOf(path), await load()] as const));
  return Object.fromEntries(found);
}

const texts: i18n = i18next.createInstance();
void texts.init({
  resources: {}, fallbackLng: false, ns: [], defaultNS: 'ui', initAsync: false,
  interpolation: { escapeValue: false }, // React escapes
  returnNull: false,
});

/** Loads a locale's texts and shows all in it from then on. */
export async function setLocale(locale: Locale): Promise<void> {
  for (const [area, dictionary] of Object.entries(await textsIn(locale))) {
    texts.addResourceBundle(locale, area, dictionary, true, true);
  }
  await texts.changeLanguage(locale);
  keepLocale(locale);
  document.documentElement.lang = locale;
}

export const currentLocale = (): Locale => texts.language as Locale;

function subscribe(tell: () => void): () => void {
  texts.on('languageChanged', tell);
  return () => texts.off('languageChanged', tell);
}
export const useLocale = (): Locale => useSyncExternalStore(subscribe, currentLocale);

const ProfileContext = createContext('cn-2025-809');
/** Whose words the labels inside follow: the profile of the object shown. */
export function Profile(props: { of: string; children: ReactNode }): ReactNode {
  return createElement(ProfileContext.Provider, { value: props.of }, props.children);
}
export const useProfile = (): string => useContext(ProfileContext);

export type Values = Readonly<Record<string, string | number>>;
/** A text by its key. {{name}} in it is values.name, {{w.item}} the profile's word. */
export type Translate<K extends string = string> = (key: K, values?: Values) => string;

/** The texts of an area: `const useText = areaText<typeof zh>('catalogue')`, once a folder. */
export function areaText<D>(area: string): () => Translate<KeysOf<D>> {
  return () => useAreaText(area) as Translate<KeysOf<D>>;
}

/** The same for keys known at run time only. */
export function useAreaText(area: string): Translate {
  const locale = useLocale();
  const profile = useProfile();
  return useMemo(() => {
    const fixed = texts.getFixedT(locale, area);
    const w = wordsOf(profile, locale);
    return (key: string, values?: Values): string => fixed(key, { ...values, w });
  }, [area, locale, profile]);
}

/** The word of a value whose group and name are known at run time: the area's text at
 *  `${prefix}${group}.${value}`; a value without one as it is. */
export function areaWord(area: string, prefix = ''):
() => (group: string, value: string | undefined) => string {
  return () => {
    const t = useAreaText(area);
    return (group, value = '') => {
      const key = `${prefix}${group}.${value}`;
      const word = t(key);
      return word === key ? value : word;
    };
  };
}

/** True if an area has a text for the key, in the locale shown. */
export const hasText = (area: string, key: string): boolean =>
  texts.exists(key, { ns: area, lng: currentLocale() });
