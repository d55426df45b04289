// SPDX-License-Identifier: Apache-2.0
// Which items are asked for, and which of them masked.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { Grading, ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import type { StepProps } from './RequestForm';
import { useText, useWord } from './texts';

export function ItemsStep({ form, set, resource, error }: StepProps): ReactNode {
  const t = useText();
  const word = useWord();
  const items = resource?.items ?? [];
  const put = (list: readonly string[], id: string, on: boolean): string[] =>
    // In the order of the catalogue, whatever the order of the clicks.
    items.map((one) => one.id).filter((one) => (one === id ? on : list.includes(one)));
  const faults = [...(error?.faultsOf('request.scope.items', true) ?? []), ...(error?.faultsOf('request.scope.masked_items', true) ?? [])];
  if (resource === undefined) return <p>{t('write.chooseFirst')}</p>;
  return (
    <>
      <p>{t('write.itemsHint')}</p>
      {faults.map((rule) => <p key={rule} role="alert" className="sw-fault"><bdi>{rule}</bdi></p>)}
      <p className="sw-row">
        <Button onClick={() => set({ items: items.map((one) => one.id) })}>{t('write.allItems')}</Button>
        <Button onClick={() => set({ items: [], masked: [] })}>{t('write.noItems')}</Button>
        <span role="status">{t('write.chosen', { count: form.items.length, all: items.length })}</span>
      </p>
      <div className="sw-scroll">
        <table className="sw-table">
          <caption>{t('field.items')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('write.ask')}</th><th scope="col">{t('field.shareClass')}</th><th scope="col">{t('field.grading')}</th>
              <th scope="col">{t('field.personal')}</th><th scope="col">{t('write.mask')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.id}>
                <th scope="row">
                  <Checkbox checked={form.items.includes(item.id)}
                    onChange={(event) => set({ items: put(form.items, item.id, event.target.checked) })}>
                    <bdi>{`${item.name} (${item.id})`}</bdi>
                  </Checkbox>
                  {item.description !== '' && <div className="sw-hint"><bdi>{item.description}</bdi></div>}
                </th>
                <td>{word('shareClass', ShareClass[item.shareClass === ShareClass.SHARE_CLASS_UNSPECIFIED ? resource.shareClass : item.shareClass])}</td>
                <td>{word('grading', Grading[item.grading])}</td>
                <td>{item.sensitive ? t('write.sensitive') : item.personal ? t('write.personal') : ''}</td>
                <td>
                  <Checkbox aria-label={t('write.maskItem', { item: item.name })} disabled={!form.items.includes(item.id)}
                    checked={form.items.includes(item.id) && form.masked.includes(item.id)}
                    onChange={(event) => set({ masked: put(form.masked, item.id, event.target.checked) })} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
