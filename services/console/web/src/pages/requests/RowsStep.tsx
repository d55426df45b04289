// SPDX-License-Identifier: Apache-2.0
// Which rows are asked for: conditions that all hold, and an expression for what they cannot say.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Field } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import type { StepProps } from './RequestForm';
import { useRowsText } from './ScopeFacts';
import { useText } from './texts';

const MOST = 16;
const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', '^=', 'is null'] as const;
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

export function RowsStep({ form, set, resource, error }: StepProps): ReactNode {
  const t = useText();
  const rowsText = useRowsText();
  const [piece, setPiece] = useState({ item: '', comparison: '=', value: '', joined: 'and' });
  const items = [{ value: '', label: t('write.choose') },
    ...(resource?.items ?? []).map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))];
  const change = (at: number, to: Partial<(typeof form.filters)[number]>): void =>
    set({ filters: form.filters.map((one, i) => (i === at ? { ...one, ...to } : one)) });
  const faults = error?.faultsOf('request.scope.row_filter', true) ?? [];
  const add = (): void => {
    const said = piece.comparison === 'is null' ? `${piece.item} is null` : `${piece.item} ${piece.comparison} ${quoted(piece.value)}`;
    set({ expression: form.expression.trim() === '' ? said : `(${form.expression.trim()}) ${piece.joined} ${said}` });
    setPiece({ ...piece, value: '' });
  };
  return (
    <>
      <p>{t('write.rowsHint')}</p>
      <fieldset className="sw-card">
        <legend>{t('write.filters')}</legend>
        {faults.map((rule) => <p key={rule} role="alert" className="sw-fault"><bdi>{rule}</bdi></p>)}
        {form.filters.map((filter, at) => (
          // Conditions have no names of their own; each keeps its place.
          <div className="sw-row" key={at}>
            <ChoiceField label={t('write.filterItem', { number: at + 1 })} name="item" value={filter.item} set={(item) => change(at, { item })} choices={items} />
            <ChoiceField label={t('write.filterHow', { number: at + 1 })} name="operator" value={filter.operator} set={(operator) => change(at, { operator })}
              choices={[{ value: 'EQUALS', label: t('write.equals') }, { value: 'PREFIX', label: t('write.prefix') }]} />
            <TextField label={t('write.filterValue', { number: at + 1 })} name="value" value={filter.value} max={512} set={(value) => change(at, { value })} />
            <Button aria-label={t('write.removeFilter', { number: at + 1 })} title={t('write.removeFilter', { number: at + 1 })}
              onClick={() => set({ filters: form.filters.filter((_, i) => i !== at) })}>×</Button>
          </div>
        ))}
        <Button disabled={form.filters.length >= MOST}
          onClick={() => set({ filters: [...form.filters, { item: '', operator: 'EQUALS', value: '' }] })}>{t('write.addFilter')}</Button>
      </fieldset>
      <fieldset className="sw-card">
        <legend>{t('write.expression')}</legend>
        <div className="sw-row">
          {form.expression.trim() !== '' && (
            <ChoiceField label={t('write.joined')} name="joined" value={piece.joined} set={(joined) => setPiece({ ...piece, joined })}
              choices={[{ value: 'and', label: t('write.and') }, { value: 'or', label: t('write.or') }]} />
          )}
          <ChoiceField label={t('write.pieceItem')} name="item" value={piece.item} set={(item) => setPiece({ ...piece, item })} choices={items} />
          <ChoiceField label={t('write.pieceHow')} name="comparison" value={piece.comparison} set={(comparison) => setPiece({ ...piece, comparison })}
            choices={COMPARISONS.map((one) => ({ value: one, label: one }))} />
          {piece.comparison !== 'is null' && (
            <TextField label={t('write.pieceValue')} name="value" value={piece.value} set={(value) => setPiece({ ...piece, value })} />
          )}
          <Button disabled={piece.item === ''} onClick={add}>{t('write.addPiece')}</Button>
        </div>
        <TextField label={t('write.expressionText')} name="request.scope.row_expression" value={form.expression} error={error} inside rows={3} max={4096}
          set={(expression) => set({ expression })} hint={t('write.expressionHint')} />
      </fieldset>
      <Field label={t('write.preview')} name="preview">
        {({ status: _, ...control }) => <output {...control}><bdi>{rowsText(form, resource)}</bdi></output>}
      </Field>
    </>
  );
}
