// SPDX-License-Identifier: Apache-2.0
// Numbers, days and times as people read them. Days of the law are days in Asia/Shanghai.
import { timestampDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { useMemo } from 'react';
import { useLocale } from '.';

const ZONE = 'Asia/Shanghai';

export interface Format {
  /** A moment to the minute; empty for none. */
  readonly time: (at: Timestamp | Date | undefined) => string;
  /** A moment's day in Asia/Shanghai. */
  readonly date: (at: Timestamp | Date | undefined) => string;
  /** A day of a contract, CCYY-MM-DD, with its day of the week. */
  readonly day: (day: string) => string;
  readonly number: (value: number | bigint) => string;
  readonly percent: (share: number) => string;
  /** Bytes in B, KiB, MiB, GiB. */
  readonly bytes: (value: number | bigint) => string;
}

export function formatIn(locale: string): Format {
  // In English, 4/5 is two days to two people; the month has its name there.
  const month = locale === 'en' ? 'short' : '2-digit';
  const time = new Intl.DateTimeFormat(locale, {
    timeZone: ZONE, year: 'numeric', month, day: '2-digit', hour: '2-digit', minute: '2-digit',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(locale, {
    timeZone: ZONE, year: 'numeric', month, day: '2-digit',
  });
  // The day's noon, UTC, is the same day anywhere that matters.
  const day = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric', weekday: 'short',
  });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const moment = (at: Timestamp | Date): Date => (at instanceof Date ? at : timestampDate(at));
  return {
    time: (at) => (at === undefined ? '' : time.format(moment(at))),
    date: (at) => (at === undefined ? '' : date.format(moment(at))),
    day: (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? day.format(new Date(`${text}T12:00:00Z`)) : text),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    bytes: (value) => {
      let rest = Number(value);
      const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
      let unit = 0;
      while (rest >= 1024 && unit < units.length - 1) { rest /= 1024; unit += 1; }
      return `${number.format(rest)} ${units[unit] ?? ''}`;
    },
  };
}

export function useFormat(): Format {
  const locale = useLocale();
  return useMemo(() => formatIn(locale), [locale]);
}
