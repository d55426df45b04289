// SPDX-License-Identifier: Apache-2.0
// What a person keeps at hand. The API keeps no favourites, so they are in this browser alone, by
// person: names and titles of objects, nothing of their contents. Who may not see an object any more
// finds its page refused, whatever stands here.
import { StarFilled, StarOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useCallback, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { usePerson } from '@/session/person';
import { useText } from './texts';

export interface Favourite {
  /** The object's name. */
  readonly name: string;
  /** As it was called when it was kept. */
  readonly title: string;
  /** Its page. */
  readonly path: string;
  /** When it was kept, in milliseconds. */
  readonly at: number;
}

/** How many one person keeps at most. */
export const MOST_FAVOURITES = 200;
const CHANGED = 'shareway.favourites';
const keyOf = (person: string): string => `shareway.favourites ${person}`;

function isFavourite(one: unknown): one is Favourite {
  const { name, title, path, at } = (one ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof title === 'string' && typeof at === 'number' && typeof path === 'string' && /^\/[^/]/.test(path);
}

function parsed(kept: string): readonly Favourite[] {
  try {
    const all: unknown = JSON.parse(kept);
    return Array.isArray(all) ? all.filter(isFavourite).slice(0, MOST_FAVOURITES) : [];
  } catch {
    return [];
  }
}

function subscribe(tell: () => void): () => void {
  window.addEventListener('storage', tell); // other tabs
  window.addEventListener(CHANGED, tell);
  return () => {
    window.removeEventListener('storage', tell);
    window.removeEventListener(CHANGED, tell);
  };
}

export interface Favourites {
  /** The newest first. */
  readonly all: readonly Favourite[];
  readonly has: (name: string) => boolean;
  /** False: there is no room, here or in the browser. */
  readonly keep: (one: Omit<Favourite, 'at'>) => boolean;
  readonly drop: (name: string) => void;
}

export function useFavourites(): Favourites {
  const key = keyOf(usePerson().name);
  const kept = useSyncExternalStore(subscribe, () => localStorage.getItem(key) ?? '[]');
  const all = useMemo(() => parsed(kept), [kept]);
  const store = useCallback((next: readonly Favourite[]): boolean => {
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      return false; // the browser's storage is full, or shut
    }
    window.dispatchEvent(new Event(CHANGED));
    return true;
  }, [key]);
  return {
    all,
    has: (name) => all.some((one) => one.name === name),
    keep: (one) => {
      const others = all.filter(({ name }) => name !== one.name);
      return others.length < MOST_FAVOURITES && store([{ ...one, at: Date.now() }, ...others]);
    },
    drop: (name) => { store(all.filter((one) => one.name !== name)); },
  };
}

/** Keeps an object at hand, or lets it go. */
export function FavouriteButton(props: { name: string; title: string; path: string; small?: boolean }): ReactNode {
  const t = useText();
  const favourites = useFavourites();
  const kept = favourites.has(props.name);
  const { name, title, path } = props;
  const label = kept ? t('favourites.drop') : t('favourites.keep');
  return (
    <Button size={props.small === true ? 'small' : 'middle'} aria-pressed={kept} aria-label={`${label} ${title === '' ? name : title}`} title={label}
      icon={kept ? <StarFilled aria-hidden /> : <StarOutlined aria-hidden />}
      onClick={() => { if (kept) favourites.drop(name); else favourites.keep({ name, title, path }); }} />
  );
}
