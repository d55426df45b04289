// SPDX-License-Identifier: Apache-2.0
// What this browser itself remembers of the log, so that the service's word is not all there is: keys that
// the person compared with a copy of their own, and the newest head that was checked here.
import { base64, unbase64 } from '@/api';
import { verifierLines, type Note } from './note';
import type { Bytes } from './proof';

const KEYS = 'shareway.log.keys';
const HEAD = 'shareway.log.head ';

const read = (key: string): string => {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return ''; // a browser that keeps nothing remembers nothing
  }
};

/** Verifier keys that the person pinned, one a line. */
export const pinnedText = (): string => read(KEYS);
export const pinnedKeys = (): string[] => verifierLines(pinnedText());

/** False: this browser keeps nothing. An empty text forgets the keys. */
export function pinKeys(text: string): boolean {
  try {
    if (text.trim() === '') localStorage.removeItem(KEYS);
    else localStorage.setItem(KEYS, text);
    return true;
  } catch {
    return false;
  }
}

export interface Head {
  readonly size: bigint;
  readonly root: Bytes;
  /** When it was seen. */
  readonly at: Date;
  /** When the first head was seen that every one since was checked against, one after the other. */
  readonly since: Date;
  readonly note: string;
}

/** The newest head of this origin that was checked here. */
export function headSeen(origin: string): Head | undefined {
  try {
    const kept = JSON.parse(read(HEAD + origin)) as
      { size: string; root: string; at: number; since: number; note: string };
    const root = unbase64(kept.root);
    if (root?.length !== 32) return undefined;
    return { size: BigInt(kept.size), root, at: new Date(kept.at), since: new Date(kept.since), note: kept.note };
  } catch {
    return undefined;
  }
}

/** Remembers a head; `since` of the one before it that it was checked against. */
export function keepHead(note: Note, text: string, at: Date, since = at): void {
  try {
    localStorage.setItem(HEAD + note.origin, JSON.stringify({
      size: String(note.size), root: base64(note.root), at: at.getTime(), since: since.getTime(), note: text }));
  } catch {
    // Next time there is nothing to compare with, and the page says so.
  }
}
