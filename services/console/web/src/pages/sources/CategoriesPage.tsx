// SPDX-License-Identifier: Apache-2.0
// The tree of categories, and codes given out under it.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { usePages, useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Category } from '@/gen/shareway/catalog/v1/classification_pb';
import { useMay } from '@/session/person';
import { DataTable, ErrorPanel, Page, Shown, Status, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useLabel } from './label';
import { useText } from './texts';

export default function CategoriesPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const label = useLabel();
  const [query, setQuery] = useUrlText('q');
  const tree = usePages(CatalogService.method.listCategories, { pageSize: 1000 }, (answer) => answer.categories);
  const give = useWrite(CatalogService.method.generateCode);
  const [code, setCode] = useState('');
  const match = (one: Category): boolean => one.code.startsWith(query.trim()) || label(one.label).includes(query.trim());
  return (
    <Page title={t('categories.title')} updated={tree.updated} onReload={tree.reload} loading={tree.loading}>
      <TextField label={t('categories.find')} name="q" value={query} set={setQuery} />
      <ErrorPanel error={give.error} />
      {code !== '' && <p role="status">{t('categories.given')} <code>{code}</code></p>}
      <Shown read={tree}>{(rows) => (
        <>
          <p>{t('version', { version: tree.last?.version || t('none') })}</p>
          <DataTable<Category> caption={t('categories.title')} rows={rows.filter(match)} rowKey={(one) => one.code} hasMore={tree.hasMore}
            onMore={tree.more} loading={tree.loading}
            columns={[
              { key: 'code', title: t('categories.code'), render: (one) => <code>{one.code}</code> },
              { key: 'label', title: t('categories.label'), render: (one) => (
                <span style={{ paddingInlineStart: `${Math.max(0, one.level - 1)}rem` }}>{label(one.label)}</span>) },
              { key: 'verified', title: t('categories.origin'), render: (one) => (
                <Status tone={one.verified ? 'good' : 'quiet'}>{t(one.verified ? 'categories.national' : 'categories.own')}</Status>) },
              { key: 'give', title: t('categories.give'), render: (one) => one.coded && may(CatalogService.method.generateCode) && (
                <Button size="small" loading={give.busy} aria-label={`${t('categories.give')} ${one.code}`} onClick={async () => {
                  const answer = await give.run({ category: one.code });
                  if (answer !== undefined) setCode(answer.code);
                }}>{t('categories.give')}</Button>) },
            ]} />
        </>
      )}</Shown>
    </Page>
  );
}
