// SPDX-License-Identifier: Apache-2.0
// Traditional characters from simplified ones: `zh-Hans.ts?hant` is the dictionary zh-Hans.ts with
// the same wording in traditional characters (law.md, section 10). Derived, not written: two
// dictionaries by hand drift apart, and here is one place that says how each word is written.
import * as OpenCC from 'opencc-js';
import type { Plugin } from 'vite';

// Words as the services' own messages and the signing page write them, after the conversion.
const WORDS: readonly (readonly [string, string])[] = [
  ['認證器', '驗證器'],
  ['賬號', '帳號'],
  ['帳戶', '帳號'],
  ['數字簽名', '數位簽章'],
];
// Titles of laws are exact: characters alone, no words in the place of others.
const TITLE = /《[^》]*》|〔[^〕]*〕/g;

const byWord = OpenCC.Converter({ from: 'cn', to: 'twp' });
const byCharacter = OpenCC.Converter({ from: 'cn', to: 'tw' });

export function traditional(text: string): string {
  let out = '';
  let from = 0;
  for (const title of text.matchAll(TITLE)) {
    out += words(text.slice(from, title.index)) + byCharacter(title[0]);
    from = title.index + title[0].length;
  }
  return out + words(text.slice(from));
}

function words(text: string): string {
  return WORDS.reduce((done, [from, to]) => done.replaceAll(from, to), byWord(text));
}

export function traditionalTexts(): Plugin {
  return {
    name: 'shareway-traditional-texts',
    enforce: 'pre',
    transform(code, id) {
      return id.endsWith('?hant') ? { code: traditional(code), map: null } : undefined;
    },
  };
}
