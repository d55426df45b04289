// SPDX-License-Identifier: Apache-2.0
// What shows a finding: as a timeline, and as rows of a form.
import { timestampDate, timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import type { FindingEvidence } from '@/gen/shareway/sharing/v1/finding_pb';
import { ObjectLink, Timeline } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export interface Proof { readonly object: string; readonly day: string; readonly note: string }
export const NO_PROOF: Proof = { object: '', day: '', note: '' };
const MOST = 10;

const given = (proof: Proof): boolean => proof.object.trim() !== '' || proof.note.trim() !== '';

/** The rows that say anything, as the contract has them. A day is its noon in Asia/Shanghai. */
export const proofsOf = (rows: readonly Proof[]): { object: string; note: string; time?: Timestamp }[] =>
  rows.filter(given).map(({ object, day, note }) => ({
    object: object.trim(), note: note.trim(),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(day) ? { time: timestampFromDate(new Date(`${day}T12:00:00+08:00`)) } : {}),
  }));

export function ProofRows(props: { rows: readonly Proof[]; set: (rows: readonly Proof[]) => void; error: ApiError | undefined }): ReactNode {
  const t = useText();
  const { rows } = props;
  const change = (at: number, part: Partial<Proof>): void =>
    props.set(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  // The service numbers the rows that it was sent; empty ones are not sent.
  const sent = (at: number): number => rows.slice(0, at).filter(given).length;
  return (
    <fieldset>
      <legend>{t('proof.title')}</legend>
      <p>{t('proof.objectHint')}</p>
      {rows.map((row, at) => (
        // Rows have no names; a row keeps its place.
        <div key={at} className="sw-row">
          <TextField label={t('proof.object')} name={`evidence[${sent(at)}].object`} value={row.object} max={100} error={props.error}
            set={(object) => change(at, { object })} />
          <TextField label={t('proof.day')} name={`evidence[${sent(at)}].time`} type="date" value={row.day} error={props.error}
            set={(day) => change(at, { day })} />
          <TextField label={t('proof.note')} name={`evidence[${sent(at)}].note`} value={row.note} max={200} error={props.error}
            set={(note) => change(at, { note })} />
          <Button onClick={() => props.set(rows.filter((_, i) => i !== at))} aria-label={t('proof.removeAt', { number: at + 1 })}>{t('proof.remove')}</Button>
        </div>
      ))}
      <Button disabled={rows.length >= MOST} onClick={() => props.set([...rows, NO_PROOF])}>{t('proof.add')}</Button>
    </fieldset>
  );
}

// Only names that pages are at become links.
const NAME = /^(requests|grants|disputes|resources|notices|corrections|findings)\/[\w-]+$/;

export function ProofList(props: { evidence: readonly FindingEvidence[] }): ReactNode {
  const t = useText();
  if (props.evidence.length === 0) return <p>{t('proof.none')}</p>;
  return (
    <Timeline label={t('proof.title')} events={props.evidence.map(({ object, time, note }, at) => ({
      key: String(at), at: time === undefined ? undefined : timestampDate(time), text: <bdi>{note}</bdi>,
      title: object === '' ? t('proof.noObject') : NAME.test(object) ? <ObjectLink name={object} /> : <bdi>{object}</bdi>,
    }))} />
  );
}
