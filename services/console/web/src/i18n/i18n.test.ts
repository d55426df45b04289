// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { traditional } from '../../make/traditional';
import { LOCALES, localeOf, textsIn, type Dictionary } from '.';
import { wordsOf } from './words';

function flat(dictionary: Dictionary, prefix = ''): [string, string][] {
  return Object.entries(dictionary).flatMap(([key, value]) => typeof value === 'string'
    ? [[prefix + key, value] as [string, string]]
    : flat(value, `${prefix}${key}.`));
}

const placesOf = (text: string): string[] => [...text.matchAll(/\{\{\s*([\w.]+)/g)]
  .map((place) => place[1] ?? '').sort();

describe('the dictionaries', () => {
  const all = new Map<string, Record<string, Dictionary>>();
  beforeAll(async () => {
    for (const locale of LOCALES) all.set(locale, await textsIn(locale));
  });

  test('have the same areas and keys in all three locales, and no text is empty', () => {
    const keys = (locale: string): string[] => Object.entries(all.get(locale) ?? {})
      .flatMap(([area, texts]) => flat(texts).map(([key]) => `${area}:${key}`)).sort();
    expect(keys('zh-Hans').length).toBeGreaterThan(50);
    expect(keys('en')).toEqual(keys('zh-Hans'));
    expect(keys('zh-Hant')).toEqual(keys('zh-Hans'));
    for (const texts of all.values()) {
      for (const [area, one] of Object.entries(texts)) {
        for (const [key, text] of flat(one)) expect(text.trim(), `${area}:${key}`).not.toBe('');
      }
    }
  });

  test('name the same values in each text', () => {
    for (const [area, one] of Object.entries(all.get('zh-Hans') ?? {})) {
      for (const [key, text] of flat(one)) {
        for (const locale of ['zh-Hant', 'en']) {
          const other = new Map(flat(all.get(locale)?.[area] ?? {})).get(key) ?? '';
          // A profile's word may be in one language's sentence and not in the other's.
          const values = (of: string): string[] => placesOf(of).filter((p) => !p.startsWith('w.'));
          expect(values(other), `${locale} ${area}:${key}`).toEqual(values(text));
        }
      }
    }
  });

  test('leave no simplified character in zh-Hant and no Chinese in en', () => {
    for (const [area, one] of Object.entries(all.get('zh-Hant') ?? {})) {
      for (const [key, text] of flat(one)) expect(traditional(text), `${area}:${key}`).toBe(text);
    }
    for (const [area, one] of Object.entries(all.get('en') ?? {})) {
      for (const [key, text] of flat(one)) {
        expect(text.replace(/《[^》]*》|[（(][一-鿿]+[）)]/g, ''), `${area}:${key}`)
          .not.toMatch(/[一-鿿]/);
      }
    }
  });

  test('never say what only the law may say', () => {
    for (const [area, one] of Object.entries(all.get('zh-Hans') ?? {})) {
      for (const [key, text] of flat(one)) {
        expect(text, `${area}:${key}`).not.toMatch(/违法|违规|新建平台|共享交换平台|已通过认证/);
      }
    }
  });
});

test('titles of laws keep their words in traditional characters', () => {
  expect(traditional('依《政务数据共享条例》共享的数据'))
    .toBe('依《政務數據共享條例》共享的資料');
});

test('the profile decides the labels', () => {
  expect(wordsOf('cn-2016-51', 'zh-Hans').item).toBe('信息项');
  expect(wordsOf('cn-2025-809', 'zh-Hans').item).toBe('数据项');
  expect(wordsOf('cn-2025-809', 'zh-Hans').consumer).toBe('需求部门');
});

test('language tags of regions are aliases', () => {
  expect(['zh-CN', 'zh-TW', 'zh-HK', 'zh-MO', 'zh', 'en-GB', 'fr'].map(localeOf))
    .toEqual(['zh-Hans', 'zh-Hant', 'zh-Hant', 'zh-Hant', 'zh-Hans', 'en', undefined]);
});

// A text that is written into a page is there in one language alone.
test('no page writes Chinese beside the dictionaries', () => {
  const sources = (at: string): string[] => readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    if (statSync(path).isDirectory()) return ['i18n', 'test'].includes(name) ? [] : sources(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
  for (const path of sources(join(__dirname, '..'))) {
    const code = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(code, path).not.toMatch(/[一-鿿]/);
  }
});
