// SPDX-License-Identifier: Apache-2.0
// Filters live in the address: a list can be kept, sent to a colleague and gone back to.
import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** A text in the address's query; setting the initial value takes it out. */
export function useUrlText(name: string, initial = ''): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback((value: string) => {
    setParams((old) => {
      const next = new URLSearchParams(old);
      if (value === initial) next.delete(name);
      else next.set(name, value);
      return next;
    }, { replace: true });
  }, [initial, name, setParams]);
  return [params.get(name) ?? initial, set];
}

/** Several of one name, in the order of the address. */
export function useUrlTexts(name: string): [readonly string[], (values: readonly string[]) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback((values: readonly string[]) => {
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete(name);
      for (const value of values) next.append(name, value);
      return next;
    }, { replace: true });
  }, [name, setParams]);
  return [params.getAll(name), set];
}
