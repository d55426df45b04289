// SPDX-License-Identifier: Apache-2.0
// A scope in words.
import type { ReactNode } from 'react';
import type { Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { Facts } from '@/ui';
import { useFormat } from '@/i18n/format';
import type { Form } from './form';
import { useText, useWord } from './texts';

const labelOf = (resource: Resource | undefined, id: string): string => {
  const found = resource?.items.find((one) => one.id === id);
  return found === undefined ? id : `${found.name} (${id})`;
};

/** Which rows a scope has, in words. */
export function useRowsText(): (form: Form, resource: Resource | undefined) => string {
  const t = useText();
  return (form, resource) => {
    const said = form.filters.filter(({ item }) => item !== '').map(({ item, operator, value }) =>
      t(operator === 'PREFIX' ? 'rows.PREFIX' : 'rows.EQUALS', { item: labelOf(resource, item), value }));
    if (form.expression.trim() !== '') said.push(form.expression.trim());
    return said.length === 0 ? t('rows.all') : said.join(t('rows.and'));
  };
}

export function ScopeFacts(props: { form: Form; resource: Resource | undefined }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const rowsText = useRowsText();
  const { form, resource } = props;
  const limit = (value: string): string => (value === '' ? t('rows.unlimited') : value);
  return (
    <Facts rows={[
      [t('field.items'), form.items.length === 0 ? '' : (
        <ul key="i">
          {form.items.map((id) => (
            <li key={id}><bdi>{labelOf(resource, id)}</bdi>{form.masked.includes(id) && ` · ${t('write.masked')}`}</li>
          ))}
        </ul>)],
      [t('field.filter'), rowsText(form, resource)],
      [t('field.purposes'), form.purposes.map((one) => word('purpose', one)).join(', ')],
      [t('field.methods'), form.methods.map((one) => word('method', one)).join(', ')],
      [t('field.period'), form.startDate === '' && form.endDate === '' ? '' : `${format.day(form.startDate)} – ${format.day(form.endDate)}`],
      [t('field.calls'), limit(form.dayCalls)],
      [t('field.rows'), limit(form.dayRows)],
      [t('field.bytes'), limit(form.dayBytes)],
      [t('field.basis'), form.legalBasis],
      [t('field.scenario'), form.scenario],
    ]} />
  );
}
