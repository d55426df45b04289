// SPDX-License-Identifier: Apache-2.0
// Words and signs that the pages of supervision share.
import { useEffect, type ReactNode } from 'react';
import type { Pages } from '@/api';
import { Finding_State as Found } from '@/gen/shareway/sharing/v1/finding_pb';
import { Notice_State } from '@/gen/shareway/sharing/v1/supervision_pb';
import { hasText, useAreaText } from '@/i18n';
import { AgencyName, Status, type Tone } from '@/ui';
import { useText } from './texts';

export const FINDING_STATES = ['PREWARNING', 'SUSPECTED', 'JUSTIFIED', 'CONFIRMED', 'DISMISSED'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

// Amber: nothing is late yet. Red: a clue, or what was confirmed. The word tells them apart.
const FINDING_TONES: Readonly<Record<FindingState, Tone>> = {
  PREWARNING: 'warn', SUSPECTED: 'bad', JUSTIFIED: 'quiet', CONFIRMED: 'bad', DISMISSED: 'good',
};

export function FindingMark(props: { state: Found }): ReactNode {
  const t = useText();
  const name = FINDING_STATES.find((one) => Found[one] === props.state);
  return name === undefined ? null : <Status tone={FINDING_TONES[name]}>{t(`finding.${name}`)}</Status>;
}

export const NOTICE_STATES = ['OPEN', 'NOTICE_CLOSED', 'ANSWERED', 'RECTIFIED', 'RECTIFICATION_REJECTED', 'NOTICE_FAILED',
  'NOTICE_REPORTED'] as const;
const NOTICE_TONES: Readonly<Record<(typeof NOTICE_STATES)[number], Tone>> = {
  OPEN: 'warn', NOTICE_CLOSED: 'quiet', ANSWERED: 'plain', RECTIFIED: 'good', RECTIFICATION_REJECTED: 'warn',
  NOTICE_FAILED: 'bad', NOTICE_REPORTED: 'bad',
};

export function NoticeMark(props: { state: Notice_State }): ReactNode {
  const t = useText();
  const name = NOTICE_STATES.find((one) => Notice_State[one] === props.state);
  return name === undefined ? null : <Status tone={NOTICE_TONES[name]}>{t(`notice.${name}`)}</Status>;
}

/** A clock's words; its name where a profile has one that no dictionary knows. */
export function useClockName(): (clock: string) => string {
  const t = useAreaText('statutes');
  return (clock) => (hasText('statutes', `clock.${clock}`) ? t(`clock.${clock}`) : clock);
}

/** An agency by its display name, an authority by its name. */
export function BodyName(props: { name: string }): ReactNode {
  if (props.name.startsWith('agencies/')) return <AgencyName name={props.name} />;
  return <bdi>{props.name}</bdi>;
}

/** Text as it was written, with its paragraphs. */
export function Written(props: { text: string }): ReactNode {
  return <div style={{ whiteSpace: 'pre-wrap' }}><bdi>{props.text}</bdi></div>;
}

/** Reads the next page by itself as long as it is wanted and there is one. */
export function useReadOn<T, O>(pages: Pages<T, O>, wanted: boolean): void {
  const { data, error, hasMore, loading, more } = pages;
  const next = wanted && data !== undefined && hasMore && !loading && error === undefined;
  const last = pages.last as { readonly nextPageToken?: string } | undefined;
  const token = last?.nextPageToken ?? '';
  useEffect(() => {
    if (next) more();
    // `more` is written anew at each rendering; the token tells when there is another page.
  }, [next, token]);
}

const ENOUGH = 30; // rows that a filtered list wants to show before it waits to be asked
const AT_MOST = 2000; // rows that it looks through by itself

/** For lists that are filtered here: reads on until there is something to show. */
export const useReadOnUntil = <T, O>(pages: Pages<T, O>, shown: number): void =>
  useReadOn(pages, shown < ENOUGH && (pages.data?.length ?? 0) < AT_MOST);

/** One row of a list by its name, where there is no call for it alone; reads on until it is found. */
export function useNamed<T extends { readonly name: string }, O>(pages: Pages<T, O>, name: string): T | undefined {
  const found = pages.data?.find((one) => one.name === name);
  useReadOn(pages, name !== '' && found === undefined);
  return found;
}
