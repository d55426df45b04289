// SPDX-License-Identifier: Apache-2.0
// The lists of an entry's form: items, conditions, bases. Faults stand below the line they are in.
import { Button, Checkbox, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { namesOf } from '@/api';
import { BasisLevel, Grading, ItemType, ShareClass, ShareCondition_Kind } from '@/gen/shareway/catalog/v1/resource_pb';
import { changed, linesOf, type Line, type Part } from './form';
import { useText, useValueWord } from './texts';

const textOf = (line: Line, field: string): string => (typeof line[field] === 'string' ? line[field] : '');

function Faults(props: Part & { path: string; inside?: boolean }): ReactNode {
  const faults = props.error?.faultsOf(props.path, props.inside ?? true) ?? [];
  return <div className="sw-fault" role="status">{faults.map((fault) => <div key={fault}><bdi>{fault}</bdi></div>)}</div>;
}

function Choice(props: { label: string; type: object; words: string; value: string; set: (value: string | undefined) => void; clear?: boolean }): ReactNode {
  const word = useValueWord();
  return (
    <Select aria-label={props.label} placeholder={props.label} value={props.value === '' ? null : props.value} style={{ minWidth: '9rem' }}
      allowClear={props.clear ?? false} onChange={(value: string | undefined) => props.set(value)}
      options={namesOf(props.type).map((value) => ({ value, label: word(props.words, value) }))} />
  );
}

export function Items(part: Part): ReactNode {
  const t = useText();
  const lines = linesOf(part.form, 'items');
  const put = (at: number, field: string, value: unknown): void => part.put('items', changed(lines, at, field, value));
  const flag = (line: Line, at: number, field: string, label: string): ReactNode => (
    <Checkbox checked={line[field] === true} onChange={(event) => put(at, field, event.target.checked)}>{label}</Checkbox>
  );
  return (
    <fieldset className="sw-card">
      <legend>{t('resource.items')}</legend>
      <Faults {...part} path="resource.items" inside={false} />
      {lines.map((line, at) => (
        // A line has no name until it is typed; it keeps its place.
        <fieldset key={at} aria-label={t('item.row', { number: at + 1 })} style={{ border: 0, padding: '.25rem 0', margin: 0 }}>
          <div className="sw-row">
            <Input aria-label={t('item.name')} placeholder={t('item.name')} value={textOf(line, 'name')} style={{ width: '14rem' }}
              maxLength={100} onChange={(event) => put(at, 'name', event.target.value)} />
            <Input aria-label={t('item.id')} placeholder={t('item.id')} value={textOf(line, 'id')} style={{ width: '12rem' }}
              maxLength={64} onChange={(event) => put(at, 'id', event.target.value)} />
            <Choice label={t('item.type')} type={ItemType} words="type" value={textOf(line, 'type')} set={(value) => put(at, 'type', value)} />
            <Choice label={t('item.grading')} type={Grading} words="grading" value={textOf(line, 'grading')} set={(value) => put(at, 'grading', value)} />
            <Choice label={t('item.shareClass')} type={ShareClass} words="share_class" value={textOf(line, 'shareClass')} clear
              set={(value) => put(at, 'shareClass', value)} />
            {flag(line, at, 'key', t('item.key'))}
            {flag(line, at, 'required', t('item.required'))}
            {flag(line, at, 'personal', t('item.personal'))}
            {flag(line, at, 'sensitive', t('item.sensitive'))}
            {flag(line, at, 'basic', t('item.basic'))}
            <Button size="small" onClick={() => part.put('items', lines.filter((_, i) => i !== at))}>
              {t('item.remove', { name: textOf(line, 'name') || at + 1 })}
            </Button>
          </div>
          <Faults {...part} path={`resource.items[${at}]`} />
        </fieldset>
      ))}
      <Button onClick={() => part.put('items', [...lines, {}])}>{t('item.add')}</Button>
    </fieldset>
  );
}

export function Conditions(part: Part): ReactNode {
  const t = useText();
  const lines = linesOf(part.form, 'conditions');
  const put = (at: number, field: string, value: unknown): void => part.put('conditions', changed(lines, at, field, value));
  const add = (): void => {
    const taken = new Set(lines.map((line) => line['id']));
    let number = lines.length + 1;
    while (taken.has(`c${number}`)) number += 1;
    part.put('conditions', [...lines, { id: `c${number}` }]);
  };
  return (
    <fieldset className="sw-card">
      <legend>{t('resource.conditions')}</legend>
      <p>{t('editor.conditionsHint')}</p>
      <Faults {...part} path="resource.conditions" inside={false} />
      {lines.map((line, at) => (
        <div key={textOf(line, 'id')}>
          <div className="sw-row">
            <code>{textOf(line, 'id')}</code>
            <Choice label={t('condition.kind')} type={ShareCondition_Kind} words="kind" value={textOf(line, 'kind')} set={(value) => put(at, 'kind', value)} />
            <Input aria-label={t('condition.text')} placeholder={t('condition.text')} value={textOf(line, 'text')} style={{ width: '24rem' }}
              maxLength={500} onChange={(event) => put(at, 'text', event.target.value)} />
            <Select aria-label={t('condition.values')} placeholder={t('condition.values')} mode="tags" style={{ minWidth: '14rem' }}
              value={Array.isArray(line['values']) ? line['values'] as string[] : []} onChange={(value: string[]) => put(at, 'values', value)} />
            <Button size="small" onClick={() => part.put('conditions', lines.filter((_, i) => i !== at))}>
              {t('condition.remove', { id: textOf(line, 'id') })}
            </Button>
          </div>
          <Faults {...part} path={`resource.conditions[${at}]`} />
        </div>
      ))}
      <Button onClick={add}>{t('condition.add')}</Button>
    </fieldset>
  );
}

export function Bases(part: Part): ReactNode {
  const t = useText();
  const lines = linesOf(part.form, 'notSharedBasis');
  const put = (at: number, field: string, value: unknown): void => part.put('notSharedBasis', changed(lines, at, field, value));
  return (
    <fieldset className="sw-card">
      <legend>{t('field.notSharedBasis')}</legend>
      <Faults {...part} path="resource.not_shared_basis" inside={false} />
      {lines.map((line, at) => (
        <div key={at}>
          <div className="sw-row">
            <Choice label={t('basis.level')} type={BasisLevel} words="level" value={textOf(line, 'level')} set={(value) => put(at, 'level', value)} />
            <Input aria-label={t('basis.title')} placeholder={t('basis.title')} value={textOf(line, 'title')} style={{ width: '20rem' }}
              maxLength={200} onChange={(event) => put(at, 'title', event.target.value)} />
            <Input aria-label={t('basis.article')} placeholder={t('basis.article')} value={textOf(line, 'article')} style={{ width: '10rem' }}
              maxLength={50} onChange={(event) => put(at, 'article', event.target.value)} />
            <Button size="small" onClick={() => part.put('notSharedBasis', lines.filter((_, i) => i !== at))}>
              {t('basis.remove', { number: at + 1 })}
            </Button>
          </div>
          <Faults {...part} path={`resource.not_shared_basis[${at}]`} />
        </div>
      ))}
      <Button onClick={() => part.put('notSharedBasis', [...lines, {}])}>{t('basis.add')}</Button>
    </fieldset>
  );
}
