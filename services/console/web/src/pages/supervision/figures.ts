// SPDX-License-Identifier: Apache-2.0
// Figures of plots, counted from what lists give. Days are days in Asia/Shanghai; they are days of the
// calendar: working days of what is over are not in the contract.
import { timestampDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import type { StaleResource } from '@/gen/shareway/catalog/v1/freshness_pb';
import { SharingRequest_State as State, Supply_State, type SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';

const DAY_MS = 86_400_000;

/** The day of a moment in Asia/Shanghai, CCYY-MM-DD. */
export const dayOf = (at: Timestamp): string =>
  new Date(timestampDate(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

const number = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** Requests submitted within these days; an empty bound is none. Those never submitted are left out. */
export const submittedIn = (requests: readonly SharingRequest[], from: string, to: string): SharingRequest[] =>
  requests.filter(({ submitTime }) => {
    if (submitTime === undefined) return false;
    const day = dayOf(submitTime);
    return (from === '' || day >= from) && (to === '' || day <= to);
  });

export interface Pair { readonly provider: string; readonly consumer: string; readonly count: number }

/** How many of the rows each provider has with each consumer, most first. */
export function pairsOf(rows: readonly { readonly provider: string; readonly consumer: string }[]): Pair[] {
  const counts = new Map<string, Pair>();
  for (const { provider, consumer } of rows) {
    if (provider === '' || consumer === '') continue;
    const key = `${provider} ${consumer}`;
    counts.set(key, { provider, consumer, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count ||
    `${a.provider} ${a.consumer}`.localeCompare(`${b.provider} ${b.consumer}`));
}

/** The bodies with the most of the pairs, most first. */
export function topOf(pairs: readonly Pair[], side: 'provider' | 'consumer', most: number): string[] {
  const sums = new Map<string, number>();
  for (const pair of pairs) sums.set(pair[side], (sums.get(pair[side]) ?? 0) + pair.count);
  return [...sums].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, most).map(([name]) => name);
}

export const STAGES = ['submitted', 'answered', 'approved', 'supplied'] as const;
export type Stage = (typeof STAGES)[number];

const answered = (request: SharingRequest): boolean => request.state === State.APPROVED || request.state === State.REFUSED;

/** How many requests came how far. */
export function funnelOf(requests: readonly SharingRequest[]): Record<Stage, number> {
  return {
    submitted: requests.filter(({ submitTime }) => submitTime !== undefined).length,
    answered: requests.filter(answered).length,
    approved: requests.filter(({ state }) => state === State.APPROVED).length,
    supplied: requests.filter(({ state, supply }) => state === State.APPROVED && supply?.state === Supply_State.CONFIRMED).length,
  };
}

/** From long before the last day to long after it. */
export const BINS = ['early15', 'early8', 'early4', 'early1', 'last', 'late1', 'late4', 'late8'] as const;
export type Bin = (typeof BINS)[number];

/** Where an answer lies that came `left` days before its last day (below zero: after it). */
export function binOf(left: number): Bin {
  if (left >= 15) return 'early15';
  if (left >= 8) return 'early8';
  if (left >= 4) return 'early4';
  if (left >= 1) return 'early1';
  if (left === 0) return 'last';
  if (left >= -3) return 'late1';
  return left >= -7 ? 'late4' : 'late8';
}

export interface Answers { readonly bins: Readonly<Record<Bin, number>>; readonly count: number;
  /** Days of the calendar from submission to answer; undefined: nothing was answered. */
  readonly median: number | undefined }

/** Answers by their distance from the last day that the law allows. */
export function answersOf(requests: readonly SharingRequest[]): Answers {
  const bins = Object.fromEntries(BINS.map((bin) => [bin, 0])) as Record<Bin, number>;
  const days: number[] = [];
  for (const request of requests) {
    const { submitTime, decideTime, dueDate } = request;
    if (!answered(request) || submitTime === undefined || decideTime === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(dueDate)) continue;
    const decided = number(dayOf(decideTime));
    bins[binOf(number(dueDate) - decided)] += 1;
    days.push(decided - number(dayOf(submitTime)));
  }
  days.sort((a, b) => a - b);
  const middle = days.length >> 1;
  const [low, high] = days.length % 2 === 1 ? [days[middle], days[middle]] : [days[middle - 1], days[middle]];
  return { bins, count: days.length, median: low === undefined || high === undefined ? undefined : (low + high) / 2 };
}

export interface Stale { readonly provider: string; readonly count: number; readonly longest: number; readonly reminders: number }

/** Stale entries by provider, most first. */
export function staleOf(rows: readonly StaleResource[]): Stale[] {
  const by = new Map<string, Stale>();
  for (const { freshness, workingDaysLate } of rows) {
    const provider = freshness?.provider ?? '';
    const before = by.get(provider) ?? { provider, count: 0, longest: 0, reminders: 0 };
    by.set(provider, { provider, count: before.count + 1, longest: Math.max(before.longest, workingDaysLate),
      reminders: before.reminders + (freshness?.staleReminders ?? 0) });
  }
  return [...by.values()].sort((a, b) => b.count - a.count || b.longest - a.longest || a.provider.localeCompare(b.provider));
}
