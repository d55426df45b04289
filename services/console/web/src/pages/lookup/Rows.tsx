// SPDX-License-Identifier: Apache-2.0
// Items with their values, row by row: conditions, a key, or what to verify.
import { Button, Input } from 'antd';
import { useId, type ReactNode } from 'react';
import type { ApiError } from '@/api';
import { useText } from './texts';

export interface Row { readonly item: string; readonly value: string }

/** Rows that say something. */
export const filled = (rows: readonly Row[]): Row[] =>
  rows.filter((row) => row.item !== '' && row.value !== '').map(({ item, value }) => ({ item, value }));

export function Rows(props: {
  label: string;
  hint: string;
  /** Path of the list in the request, for faults that name a row. */
  name: string;
  items: readonly string[];
  most: number;
  rows: readonly Row[];
  error: ApiError | undefined;
  onChange: (rows: Row[]) => void;
}): ReactNode {
  const t = useText();
  const id = useId();
  const { rows, onChange } = props;
  const set = (at: number, change: Partial<Row>): void =>
    onChange(rows.map((row, n) => (n === at ? { ...row, ...change } : row)));
  const faults = props.error?.faultsOf(props.name, true) ?? [];
  return (
    <fieldset className="sw-field" aria-describedby={`${id}-h ${id}-f`}>
      <legend>{props.label}</legend>
      {rows.map((row, n) => (
        // Rows have no name of their own, and none moves.
        <div className="sw-row" key={n} role="group" aria-label={t('form.nth', { n: n + 1 })}>
          <select aria-label={t('form.item')} value={row.item} onChange={(event) => set(n, { item: event.target.value })}>
            <option value="">{t('form.choose')}</option>
            {props.items.map((item) => <option key={item} value={item}>{item}</option>)}
          </select>
          <Input aria-label={t('form.value')} value={row.value} maxLength={512} autoComplete="off" style={{ maxWidth: '20rem' }}
            onChange={(event) => set(n, { value: event.target.value })} />
          {rows.length > 1 && (
            <Button size="small" onClick={() => onChange(rows.filter((_, at) => at !== n))}>{t('form.remove', { n: n + 1 })}</Button>
          )}
        </div>
      ))}
      {rows.length < props.most && (
        <Button size="small" onClick={() => onChange([...rows, { item: '', value: '' }])}>{t('form.add')}</Button>
      )}
      <div className="sw-hint" id={`${id}-h`}>{props.hint}</div>
      <div className="sw-fault" id={`${id}-f`} aria-live="polite">
        {faults.map((fault) => <div key={fault}><bdi>{fault}</bdi></div>)}
      </div>
    </fieldset>
  );
}
