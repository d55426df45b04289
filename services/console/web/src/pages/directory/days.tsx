// SPDX-License-Identifier: Apache-2.0
// Days until a key, a test or a contract ends, by the calendar: no times of the law.
import { timestampDate, timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import type { Key } from '@/gen/shareway/catalog/v1/directory_pb';
import { useFormat } from '@/i18n/format';
import { Status } from '@/ui';
import { useText } from './texts';

const DAY_MS = 24 * 3600_000;
/** Below so many days left it is time to see to it. */
const SOON = 30;

/** Today in Asia/Shanghai, CCYY-MM-DD. */
export const today = (now = new Date()): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(now);

/** Whole days from one day to another; negative if it is over. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** The beginning of a day in Asia/Shanghai; undefined for what is no day. */
export function startOf(day: string): Timestamp | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? timestampFromDate(new Date(`${day}T00:00:00+08:00`)) : undefined;
}

/** The first end among keys; undefined if none has one. */
export function earliestEnd(keys: readonly Key[]): Date | undefined {
  const ends = keys.flatMap(({ endTime }) => (endTime === undefined ? [] : [timestampDate(endTime)]));
  return ends.sort((a, b) => a.getTime() - b.getTime())[0];
}

/** Days left until a moment, and its day. */
export function DaysLeft(props: { end: Date | undefined }): ReactNode {
  const t = useText();
  const format = useFormat();
  if (props.end === undefined) return <>{t('days.none')}</>;
  const days = Math.floor((props.end.getTime() - Date.now()) / DAY_MS);
  const day = format.date(props.end);
  if (days < 0) return <Status tone="bad">{t('days.over', { day })}</Status>;
  return <Status tone={days < SOON ? 'warn' : 'good'}>{t('days.left', { days, day })}</Status>;
}

/** The same for a day of a contract or test, which itself still counts. */
export function DayLeft(props: { day: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  if (props.day === '') return null;
  const days = daysBetween(today(), props.day);
  const day = format.day(props.day);
  if (days < 0) return <Status tone="bad">{t('days.over', { day })}</Status>;
  return <Status tone={days < SOON ? 'warn' : 'good'}>{t('days.left', { days, day })}</Status>;
}
