// SPDX-License-Identifier: Apache-2.0
// Searches as addresses, and words that lists and entries share.
import { timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { RecordKind } from '@/gen/shareway/evidence/v1/record_pb';
import { SearchEntriesRequest_Result as Result } from '@/gen/shareway/audit/v1/audit_service_pb';
import { useAreaText } from '@/i18n';

/** Terms of which a search needs at least one. */
export const TERMS = ['agency', 'exchange', 'grant', 'object', 'person', 'resource', 'request'] as const;
const REST = ['kind', 'result', 'reason', 'from', 'to'] as const;
export type Term = (typeof TERMS)[number];
export type Filter = Readonly<Record<Term | (typeof REST)[number], string>>;
export const FIELDS = [...TERMS, ...REST] as const;

export const filterOf = (params: URLSearchParams): Filter =>
  Object.fromEntries(FIELDS.map((key) => [key, params.get(key) ?? ''])) as unknown as Filter;

/** The address's query of a filter; empty fields are not in it. */
export const paramsOf = (filter: Filter): URLSearchParams =>
  new URLSearchParams(FIELDS.flatMap((key) => {
    const value = filter[key].trim();
    return value === '' ? [] : [[key, value]];
  }));

export const hasTerm = (filter: Filter): boolean => TERMS.some((key) => filter[key] !== '');

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** The beginning of a day in Asia/Shanghai, `days` later; undefined where there is no such day. */
export function dayStart(day: string, days = 0): Timestamp | undefined {
  if (!DAY.test(day)) return undefined;
  const at = new Date(`${day}T00:00:00+08:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  return timestampFromDate(new Date(at.getTime() + days * 86_400_000));
}

export interface Asked {
  readonly agency: string; readonly exchange: string; readonly grant: string; readonly object: string;
  readonly person: string; readonly resource: string; readonly request: string; readonly reason: string;
  readonly kind: RecordKind; readonly result: Result;
  readonly startTime?: Timestamp; readonly endTime?: Timestamp;
}

/** What a filter asks the service; both days are whole. */
export function askedOf(filter: Filter): Asked {
  const { kind, result, from, to, ...terms } = filter;
  const startTime = dayStart(from);
  const endTime = dayStart(to, 1);
  const number = (of: Record<string, unknown>, name: string): number => (typeof of[name] === 'number' ? of[name] : 0);
  return {
    ...terms, kind: number(RecordKind, kind), result: number(Result, result),
    ...(startTime === undefined ? {} : { startTime }), ...(endTime === undefined ? {} : { endTime }),
  };
}

/** The word of a kind by its name; a kind of a newer service keeps its name. */
export function useKindWord(): (name: string) => string {
  const t = useAreaText('audit');
  return (name) => {
    const word = t(`kind.${name}`);
    return word === `kind.${name}` ? name : word;
  };
}

export function SearchLink(props: { to: string; children: ReactNode }): ReactNode {
  return <Link to={props.to}><bdi>{props.children}</bdi></Link>;
}
