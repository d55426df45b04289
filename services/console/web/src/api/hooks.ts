// SPDX-License-Identifier: Apache-2.0
// Reading, paging, writing and staying up to date from React.
import { create, type DescMessage, type DescMethodUnary, type MessageInitShape, type MessageShape }
  from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type Backend } from './backend';
import { type ApiError, toApiError } from './error';
import { keyOf, newRequestId, withRequestId } from './request';

export interface ApiContext {
  readonly backend: Backend;
  /** Grows with each sign-in: what was read before is read again. */
  readonly epoch: number;
  /** Has the person show the second factor again; false: declined. */
  readonly stepUp: () => Promise<boolean>;
}
export const ApiContext = createContext<ApiContext | null>(null);

export function useApi(): ApiContext {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('there is no ApiContext around this page');
  return api;
}
export const useBackend = (): Backend => useApi().backend;

/** What was read, and when. `data` stays while it is read again, and after a failure to. */
export interface Read<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  /** When `data` came. */
  readonly updated: Date | undefined;
  readonly reload: () => void;
}

export interface ReadOptions {
  /** Reads again every so many seconds while the page is looked at; 0 (the default): never. */
  readonly poll?: number;
  /** False: nothing is read yet. */
  readonly when?: boolean;
}

/** How often a page that shows what others change is read again, in seconds. */
export const LIVE = 20;

// A session that nobody uses ends after 15 minutes (GB/T 22239 8.1.4.1). A page that asked on would
// keep it alive for whoever walks up to the desk; so pages stop when nobody has touched them.
const UNTOUCHED_MS = 5 * 60_000;
let touched = Date.now();
for (const event of ['pointerdown', 'keydown', 'wheel']) {
  window.addEventListener(event, () => { touched = Date.now(); }, { passive: true, capture: true });
}

/**
 * Calls `again` every `seconds` while the page is visible and somebody is there, and at once when it
 * comes into view after longer than that. A stream would be sooner,
 * and hold one of the six connections that a browser has to a host, over all its tabs.
 */
export function useLive(again: () => void, seconds: number): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (seconds <= 0) return undefined;
    let last = Date.now();
    const look = (): void => {
      const now = Date.now();
      if (document.visibilityState !== 'visible' || now - touched > UNTOUCHED_MS) return;
      if (now - last < seconds * 1000 - 50) return;
      last = now;
      latest.current();
    };
    const timer = setInterval(look, seconds * 1000);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [seconds]);
}

function useRead<T>(
  key: string, load: (signal: AbortSignal, before: T | undefined) => Promise<T>, options: ReadOptions,
): Read<T> & { readonly set: (data: T) => void } {
  const { epoch } = useApi();
  const { poll = 0, when = true } = options;
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    key: string; data?: T; error?: ApiError | undefined; updated?: Date; loading: boolean;
  }>({ key, loading: when });
  const loader = useRef(load);
  loader.current = load;
  const held = useRef(state);
  held.current = state;
  const reload = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    if (!when) return undefined;
    const stop = new AbortController();
    const before = held.current.key === key ? held.current.data : undefined;
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
    loader.current(stop.signal, before).then(
      (data) => {
        if (!stop.signal.aborted) setState({ key, data, updated: new Date(), loading: false });
      },
      (thrown: unknown) => {
        const error = toApiError(thrown);
        if (stop.signal.aborted) return;
        setState((old) => ({ ...old, error, loading: false }));
      },
    );
    return () => stop.abort();
  }, [key, round, when, epoch]);
  useLive(reload, when ? poll : 0);
  const own = state.key === key;
  return {
    data: own ? state.data : undefined,
    error: own ? state.error : undefined,
    loading: own ? state.loading : when,
    updated: own ? state.updated : undefined,
    reload,
    set: (data) => setState({ key, data, updated: new Date(), loading: false }),
  };
}

/** Reads by one call: `useCall(CatalogService.method.getResource, { name })`. */
export function useCall<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, request: MessageInitShape<I>, options: ReadOptions = {},
): Read<MessageShape<O>> {
  const backend = useBackend();
  return useRead(`${method.name} ${keyOf(method.input, request)}`,
    (signal) => backend.call(method, request, { signal }), options);
}

export interface Pages<T, O> extends Read<readonly T[]> {
  /** The last page's answer, for counts and the like. */
  readonly last: O | undefined;
  /** The first page's, which alone has totals and facets. */
  readonly first: O | undefined;
  readonly hasMore: boolean;
  readonly more: () => void;
}

/**
 * Reads page after page of a list, `pick` telling where the rows are:
 * `usePages(CatalogService.method.listResources, { pageSize: 50 }, (r) => r.resources)`.
 * Reading again (poll, reload) reads as many pages as there were.
 */
export function usePages<I extends DescMessage, O extends DescMessage, T>(
  method: DescMethodUnary<I, O>, request: MessageInitShape<I>,
  pick: (answer: MessageShape<O>) => readonly T[], options: ReadOptions = {},
): Pages<T, MessageShape<O>> {
  const backend = useBackend();
  interface Held { pages: MessageShape<O>[] }
  const tokenOf = (answer: MessageShape<O> | undefined): string =>
    (answer as unknown as { nextPageToken?: string } | undefined)?.nextPageToken ?? '';
  const one = (token: string, signal?: AbortSignal): Promise<MessageShape<O>> => {
    const message = create(method.input, request) as unknown as { pageToken: string };
    return backend.call(method, { ...message, pageToken: token } as unknown as MessageInitShape<I>,
      signal === undefined ? {} : { signal });
  };
  const key = `${method.name} ${keyOf(method.input, request)}`;
  const read = useRead<Held>(key, async (signal, before) => {
    const wanted = Math.max(1, before?.pages.length ?? 1);
    const pages = [await one('', signal)];
    while (pages.length < wanted && tokenOf(pages.at(-1)) !== '') {
      pages.push(await one(tokenOf(pages.at(-1)), signal));
    }
    return { pages };
  }, options);
  const [adding, setAdding] = useState(false);
  const [addError, setAddError] = useState<ApiError | undefined>();
  const last = read.data?.pages.at(-1);
  const token = tokenOf(last);
  const current = useRef(key);
  current.current = key;
  const more = (): void => {
    if (adding || read.loading || token === '' || read.data === undefined) return;
    const before = read.data.pages;
    setAdding(true);
    setAddError(undefined);
    one(token).then(
      (answer) => { if (current.current === key) read.set({ pages: [...before, answer] }); },
      (thrown: unknown) => setAddError(toApiError(thrown)),
    ).finally(() => setAdding(false));
  };
  const rows = useMemo(() => read.data?.pages.flatMap((page) => [...pick(page)]),
    // `pick` is written anew at each rendering; it reads nothing but its argument.
    [read.data]);
  return { ...read, data: rows, last, first: read.data?.pages[0], hasMore: token !== '', more,
           loading: read.loading || adding, error: read.error ?? addError };
}

export interface Write<I extends DescMessage, O extends DescMessage> {
  /** The answer; undefined if it was refused, and then `error` says why. */
  readonly run: (request: MessageInitShape<I>) => Promise<MessageShape<O> | undefined>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly clear: () => void;
}

/**
 * A write. The request gets a request_id that stays the same while the same request is tried again,
 * so that a time-out followed by another try does it once. Asks for the second factor where the
 * service wants it fresh.
 */
export function useWrite<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
): Write<I, O> {
  const { backend, stepUp } = useApi();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const tried = useRef({ key: '', id: '' });
  const run = async (request: MessageInitShape<I>): Promise<MessageShape<O> | undefined> => {
    const key = keyOf(method.input, request);
    if (tried.current.key !== key) tried.current = { key, id: newRequestId() };
    const whole = withRequestId(method.input, request, tried.current.id) as MessageInitShape<I>;
    setBusy(true);
    setError(undefined);
    try {
      let answer: MessageShape<O>;
      try {
        answer = await backend.call(method, whole);
      } catch (thrown) {
        if (!toApiError(thrown).factorStale || !(await stepUp())) throw thrown;
        answer = await backend.call(method, whole);
      }
      tried.current = { key: '', id: '' };
      return answer;
    } catch (thrown) {
      const refused = toApiError(thrown);
      if (refused.code !== Code.Canceled) setError(refused);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, clear: () => setError(undefined) };
}
