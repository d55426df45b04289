// SPDX-License-Identifier: Apache-2.0
// The extension fields that entries may or must have here.
import type { ReactNode } from 'react';
import { useCall } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { type ExtensionField, ExtensionField_Type as Type } from '@/gen/shareway/catalog/v1/classification_pb';
import { DataTable, Page, Shown } from '@/ui';
import { useLabel } from './label';
import { useText } from './texts';

const TYPES = ['TEXT_VALUE', 'INTEGER_VALUE', 'DECIMAL_VALUE', 'DATE_VALUE', 'BOOLEAN_VALUE', 'ONE_OF', 'SOME_OF'] as const;

export default function SchemaPage(): ReactNode {
  const t = useText();
  const label = useLabel();
  const schema = useCall(CatalogService.method.getExtensionSchema, {});
  const type = (one: ExtensionField): string => {
    const key = TYPES.find((name) => Type[name] === one.type);
    return key === undefined ? String(one.type) : t(`type.${key}`);
  };
  const limits = (one: ExtensionField): string => (one.type === Type.INTEGER_VALUE ? `${one.minimum} – ${one.maximum}`
    : one.type === Type.TEXT_VALUE ? `${one.maxLength} ${one.pattern}`
      : one.choices.map((choice) => label(choice.label) || choice.value).join(t('and')));
  return (
    <Page title={t('schema.title')} updated={schema.updated} onReload={schema.reload} loading={schema.loading}>
      <Shown read={schema}>{(data) => (
        <>
          <p>{t('version', { version: data.version || t('none') })}</p>
          <DataTable<ExtensionField> caption={t('schema.title')} rows={data.fields} rowKey={(one) => one.key}
            columns={[
              { key: 'label', title: t('categories.label'), render: (one) => <>{label(one.label)} <code>{one.key}</code></> },
              { key: 'type', title: t('schema.type'), render: type },
              { key: 'limits', title: t('schema.limits'), render: (one) => <bdi>{limits(one)}</bdi> },
              { key: 'required', title: t('schema.required'), render: (one) => (one.required ? t('yes') : t('no')) },
              { key: 'for', title: t('schema.for'), render: (one) => [...one.categories, ...one.divisions, ...one.profiles].join(t('and')) },
            ]} />
        </>
      )}</Shown>
    </Page>
  );
}
