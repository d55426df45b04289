// SPDX-License-Identifier: Apache-2.0
// JSON as a pack may have it: no member twice, whole numbers only, kept exact. JSON.parse
// takes the last of two members and rounds numbers, so two readers could see two packs.
import { need, Refused, textOf } from './bytes.js';

const MAX_DEPTH = 8; // a pack has 4
const NUMBER = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS = [['true', true], ['false', false], ['null', null]];

/** Objects are Maps, numbers BigInts. Refuses with code `json`, or `twice` and the member. */
export function parseJson(bytes) {
  const text = textOf(bytes, 'json');
  let at = 0;

  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return null;
    at = pattern.lastIndex;
    return found;
  };
  // The next character that is no space, without taking it.
  const peek = () => {
    match(SPACE);
    return text[at];
  };
  const take = (character) => {
    need(peek() === character, 'json');
    at++;
  };

  const escape = () => {
    const letter = text[at++];
    if (letter !== 'u') {
      need(Object.hasOwn(ESCAPES, letter ?? ''), 'json');
      return ESCAPES[letter];
    }
    const digits = text.slice(at, at + 4);
    need(/^[0-9a-fA-F]{4}$/.test(digits), 'json');
    at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  };

  const string = () => {
    take('"');
    let out = '';
    let escaped = false;
    for (;;) {
      out += match(PLAIN)[0];
      const next = text[at++];
      if (next === '"') break;
      need(next === '\\', 'json');
      out += escape();
      escaped = true;
    }
    // Half of a surrogate pair is no character.
    if (escaped) need(!/[\ud800-\udfff]/u.test(out), 'json');
    return out;
  };

  const list = (depth, end, item) => {
    need(depth < MAX_DEPTH, 'json');
    at++;
    if (peek() === end) {
      at++;
      return;
    }
    for (;;) {
      item();
      if (peek() === end) break;
      take(',');
    }
    at++;
  };

  const value = (depth) => {
    const first = peek();
    if (first === '"') return string();
    if (first === '{') {
      const members = new Map();
      list(depth, '}', () => {
        need(peek() === '"', 'json');
        const name = string();
        take(':');
        const member = value(depth + 1);
        need(!members.has(name), 'twice', name.slice(0, 40));
        members.set(name, member);
      });
      return members;
    }
    if (first === '[') {
      const items = [];
      list(depth, ']', () => items.push(value(depth + 1)));
      return items;
    }
    for (const [word, meaning] of WORDS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const number = match(NUMBER);
    need(number !== null, 'json');
    need(/^[0-9]{1,20}$/.test(number[0]), 'number', number[0].slice(0, 24));
    return BigInt(number[0]);
  };

  const out = value(0);
  if (peek() !== undefined) throw new Refused('json');
  return out;
}
