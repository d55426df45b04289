// SPDX-License-Identifier: Apache-2.0
// The days of a year as a calendar has them. What is due when, the service computes.
import type { Calendar } from '@/gen/shareway/sharing/v1/statute_pb';

export type DayKind = 'working' | 'makeUp' | 'weekend' | 'holiday';
export interface Day { readonly date: string; readonly kind: DayKind; readonly holiday: string }

const DAY_MS = 24 * 3600_000;
export const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Months of days, January first. */
export function daysOf(year: number, holidays: readonly Pick<Calendar['holidays'][number],
  'name' | 'fromDate' | 'toDate' | 'makeUpDates'>[]): Day[][] {
  const months: Day[][] = Array.from({ length: 12 }, () => []);
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += DAY_MS) {
    const date = dateOf(at);
    const makeUp = holidays.find((one) => one.makeUpDates.includes(date));
    const off = holidays.find((one) => one.fromDate <= date && date <= one.toDate);
    const week = new Date(at).getUTCDay();
    const kind: DayKind = makeUp !== undefined ? 'makeUp' : off !== undefined ? 'holiday'
      : week === 0 || week === 6 ? 'weekend' : 'working';
    months[new Date(at).getUTCMonth()]?.push({ date, kind, holiday: (makeUp ?? off)?.name ?? '' });
  }
  return months;
}

export const workingDays = (months: readonly (readonly Day[])[]): number =>
  months.flat().filter(({ kind }) => kind === 'working' || kind === 'makeUp').length;
