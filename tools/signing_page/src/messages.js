// SPDX-License-Identifier: Apache-2.0
// What the page that asks and the signing page say to each other by postMessage:
//
//   signing page → asker   {kind, ready: true}
//   asker → signing page   {kind, act, key, credential}    Uint8Arrays; the last may be absent
//   signing page → asker   {kind, signedAct} or {kind, refused: code}
//
// The asker may lie in all of it. An act is shown; a key or credential of somebody else makes
// a signature that no service takes. A challenge is no member, nor is a text to be shown.
import { need } from '../../verifier_page/src/bytes.js';

export const KIND = 'shareway-signing/1';
const MEMBERS = ['kind', 'act', 'key', 'credential'];

/** {act, spki, credential}, copies that the asker cannot change any more. */
export function takeAsked(data) {
  need(typeof data === 'object' && data !== null && data.kind === KIND, 'message');
  for (const name of Object.keys(data)) need(MEMBERS.includes(name), 'member', name.slice(0, 40));
  const bytes = (name, value) => {
    need(value instanceof Uint8Array, 'message', name);
    return Uint8Array.from(value);
  };
  return { act: bytes('act', data.act), spki: bytes('key', data.key),
           credential: bytes('credential', data.credential ?? new Uint8Array(0)) };
}
