// SPDX-License-Identifier: Apache-2.0
// Nothing typed is lost: a form's contents are kept by person and page in the tab's own storage, and
// are there again after an expired session, a reload or a wrong turn. The tab's end is theirs, too.
import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { PersonContext } from '@/session/person';

const keyOf = (person: string, path: string, form: string): string =>
  `shareway.draft ${person} ${path} ${form}`;

/** Forgets all drafts of this tab: when the person signs out. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith('shareway.draft ')) sessionStorage.removeItem(key);
  }
}

export interface Draft<T> {
  readonly value: T;
  readonly set: (next: T | ((old: T) => T)) => void;
  /** True if the value was found here and is not the initial one. */
  readonly restored: boolean;
  /** Back to the initial value, and nothing is kept: after it was sent, or to begin anew. */
  readonly discard: () => void;
}

/**
 * Like useState, and kept. `form` tells apart the forms of one page. The value must survive JSON.
 * Never for passwords, codes or keys.
 */
export function useDraft<T>(form: string, initial: T): Draft<T> {
  const person = useContext(PersonContext)?.name ?? '';
  const { pathname } = useLocation();
  const key = keyOf(person, pathname, form);
  const first = useRef(initial);
  const [state, setState] = useState(() => {
    const kept = sessionStorage.getItem(key);
    if (kept === null) return { value: initial, restored: false };
    try {
      return { value: JSON.parse(kept) as T, restored: true };
    } catch {
      return { value: initial, restored: false };
    }
  });
  const touched = useRef(false);
  useEffect(() => {
    if (!touched.current) return;
    try {
      sessionStorage.setItem(key, JSON.stringify(state.value));
    } catch {
      // The storage is full: the form goes on without.
    }
  }, [key, state.value]);
  const set = useCallback((next: T | ((old: T) => T)) => {
    touched.current = true;
    setState((old) => ({ ...old, value: next instanceof Function ? next(old.value) : next }));
  }, []);
  const discard = useCallback(() => {
    touched.current = false;
    sessionStorage.removeItem(key);
    setState({ value: first.current, restored: false });
  }, [key]);
  return { value: state.value, set, restored: state.restored, discard };
}
