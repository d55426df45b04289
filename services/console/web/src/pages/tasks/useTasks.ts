// SPDX-License-Identifier: Apache-2.0
// Asks all services for what waits for the person, a few at a time, and puts the answers into one list.
// A service that does not answer is named: a list that silently lacks it would tell of fewer tasks.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, toApiError, useApi, useLive, type Backend, type Read } from '@/api';
import { Code } from '@connectrpc/connect';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { usePerson, type Person } from '@/session/person';
import { askedFor, type Kind, type Task } from './kinds';

const AT_ONCE = 4; // a browser has six connections to a host, and the page's other calls want some
const EVERY = 30; // seconds
const CLOCKS = 1000;

export interface Tasks {
  /** Soonest due first, then those without a last day, oldest first. */
  readonly tasks: readonly Task[];
  /** Kinds that could not be read, and why. */
  readonly failed: ReadonlyMap<Kind, ApiError>;
  /** Kinds of which there are more than were read. */
  readonly cut: ReadonlySet<Kind>;
  /** True: days left and overdue times are told where the object's own list has them, and nowhere else. */
  readonly clocksAway: boolean;
}

interface Warned { readonly overdue: ReadonlyMap<string, number>; readonly soon: ReadonlySet<string>; readonly away: boolean;
  readonly delegated: boolean }

// The clocks of the law that ran out, by what they count for, and those that the service warns of.
async function clocks(backend: Backend, agency: string, signal: AbortSignal): Promise<Warned> {
  const [over, inbox] = await Promise.allSettled([
    backend.call(SupervisionService.method.listClocks, { overdue: true, pageSize: CLOCKS }, { signal }),
    backend.call(RequestService.method.getInbox, {}, { signal }),
  ]);
  const rows = over.status === 'fulfilled' ? over.value.clocks : [];
  const told = inbox.status === 'fulfilled' ? inbox.value : undefined;
  return {
    overdue: new Map(rows.filter((one) => one.debtor === agency).map((one) => [one.subject, one.workingDaysLeft])),
    soon: new Set(told?.warnings.filter(({ mark }) => mark === 'HEAD').map(({ subject }) => subject)),
    away: over.status === 'rejected' || told === undefined, delegated: (told?.delegations.length ?? 0) > 0,
  };
}

const seconds = (task: Task): bigint => task.since?.seconds ?? 0n;

function inOrder(one: Task, two: Task): number {
  if (one.overdue !== two.overdue) return one.overdue ? -1 : 1;
  if (one.due !== two.due) return one.due === '' ? 1 : two.due === '' ? -1 : one.due < two.due ? -1 : 1;
  return seconds(one) < seconds(two) ? -1 : seconds(one) > seconds(two) ? 1 : one.name < two.name ? -1 : 1;
}

async function readAll(backend: Backend, person: Person, signal: AbortSignal): Promise<Tasks> {
  const warned = await clocks(backend, person.agency, signal);
  const found = new Map<string, Task>();
  const failed = new Map<Kind, ApiError>();
  const cut = new Set<Kind>();
  const waiting = [...askedFor(person, warned.delegated)];
  const ask = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      try {
        const answer = await next.load(backend, signal);
        if (answer.cut) cut.add(next.kind);
        for (const task of answer.tasks) {
          const key = `${task.kind} ${task.name}`;
          const before = found.get(key);
          found.set(key, before === undefined ? task : merged(before, task));
        }
      } catch (thrown) {
        failed.set(next.kind, toApiError(thrown));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const over = [...failed.values()].find((error) => error.sessionOver);
  if (over !== undefined) throw over;
  const tasks = [...found.values()].map((task) => {
    const left = warned.overdue.get(task.name);
    if (left !== undefined) return { ...task, overdue: true, daysLeft: task.daysLeft ?? left };
    return task.daysLeft === undefined && warned.soon.has(task.name) ? { ...task, warned: true } : task;
  });
  return { tasks: tasks.sort(inOrder), failed, cut, clocksAway: warned.away };
}

// The same thing from two lists: the words of one, the last day of the other, the acts of both.
function merged(one: Task, two: Task): Task {
  const clocked = one.due === '' ? two : one;
  return { ...clocked, title: one.title || two.title, agency: one.agency || two.agency, acts: [...new Set([...one.acts, ...two.acts])] };
}

export function useTasks(): Read<Tasks> {
  const { backend, epoch } = useApi();
  const person = usePerson();
  const who = useRef(person);
  who.current = person;
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ data?: Tasks; error?: ApiError | undefined; updated?: Date; loading: boolean }>({ loading: true });
  const reload = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    setState((old) => ({ ...old, loading: true }));
    readAll(backend, who.current, stop.signal).then(
      (data) => { if (!stop.signal.aborted) setState({ data, updated: new Date(), loading: false }); },
      (thrown: unknown) => {
        const error = toApiError(thrown);
        if (!stop.signal.aborted && error.code !== Code.Canceled) setState((old) => ({ ...old, error, loading: false }));
      },
    );
    return () => stop.abort();
  }, [backend, epoch, round]);
  useLive(reload, EVERY);
  return { data: state.data, error: state.error, updated: state.updated, loading: state.loading, reload };
}
