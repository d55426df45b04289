// SPDX-License-Identifier: Apache-2.0
// Months, quarters and years that are over, in Asia/Shanghai.

export interface Period { readonly from: string; readonly to: string }

const two = (n: number): string => String(n).padStart(2, '0');
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Whole months, both included, as first and last day. */
const months = (year: number, first: number, last: number): Period =>
  ({ from: `${year}-${two(first)}-01`, to: `${year}-${two(last)}-${two(lastDay(year, last))}` });

export const monthOf = (year: number, month: number): Period => months(year, month, month);
export const quarterOf = (year: number, quarter: number): Period => months(year, quarter * 3 - 2, quarter * 3);
export const yearOf = (year: number): Period => months(year, 1, 12);

/** Year and month of now in Asia/Shanghai. */
export function today(now: Date): { year: number; month: number } {
  const there = new Date(now.getTime() + 8 * 3_600_000);
  return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1 };
}

/** The month before this one. */
export function lastMonth(now: Date): { year: number; month: number } {
  const { year, month } = today(now);
  return month === 1 ? { year: year - 1, month: 12 } : { year, month: month - 1 };
}
