// SPDX-License-Identifier: Apache-2.0
// What is not shared, with reason, basis and article. A list without its end is not complete.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { type ApiError, toApiError, useBackend } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { NegativeEntry } from '@/gen/shareway/catalog/v1/source_pb';
import { AgencyName, DataTable, ErrorPanel, ObjectLink, Page, saveCsv, Status, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function NegativePage(): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [authority, setAuthority] = useUrlText('authority');
  const [list, setList] = useState<{ rows: NegativeEntry[]; complete: boolean } | undefined>();
  const [error, setError] = useState<ApiError | undefined>();
  const [busy, setBusy] = useState(false);
  const read = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setList(undefined);
    const rows: NegativeEntry[] = [];
    let told = -1;
    try {
      for await (const { part } of backend.stream(CatalogService.method.exportNegativeList, { authority: authority.trim() })) {
        if (part.case === 'entry') rows.push(part.value);
        else if (part.case === 'end') told = Number(part.value.entries);
      }
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    if (told >= 0 || rows.length > 0) setList({ rows, complete: told === rows.length });
    setBusy(false);
  };
  const basis = (one: NegativeEntry): string => one.basis.map(({ title, article }) => `${title} ${article}`).join(t('and'));
  const items = (one: NegativeEntry): string => (one.whole ? t('negative.whole') : one.items.map(({ name }) => name).join(t('and')));
  return (
    <Page title={t('negative.title')}>
      <p>{t('negative.what')}</p>
      <TextField label={t('source.authority')} name="authority" value={authority} set={setAuthority} error={error} hint="authorities/…" required />
      <Button type="primary" loading={busy} disabled={authority.trim() === ''} onClick={() => void read()}>{t('negative.read')}</Button>
      <ErrorPanel error={error} />
      {list !== undefined && (
        <>
          {!list.complete && <Status tone="bad">{t('negative.cut')}</Status>}
          <DataTable<NegativeEntry> caption={t('negative.title')} rows={list.rows} rowKey={(one) => one.resource}
            columns={[
              { key: 'title', title: t('negative.entry'), render: (one) => <ObjectLink name={one.resource}>{one.title}</ObjectLink> },
              { key: 'provider', title: t('negative.provider'), render: (one) => <AgencyName name={one.provider} /> },
              { key: 'items', title: t('negative.items'), render: (one) => <bdi>{items(one)}</bdi> },
              { key: 'reason', title: t('negative.reason'), render: (one) => <bdi>{one.reason}</bdi> },
              { key: 'basis', title: t('negative.basis'), render: (one) => <bdi>{basis(one)}</bdi> },
              { key: 'article', title: t('negative.article'), render: (one) => <bdi>{one.article}</bdi> },
            ]} />
          <Button disabled={!list.complete} onClick={() => saveCsv(t('negative.title'),
            [t('negative.entry'), t('negative.provider'), t('negative.items'), t('negative.reason'), t('negative.basis'), t('negative.article')],
            list.rows.map((one) => [one.title, one.provider, items(one), one.reason, basis(one), one.article]))}>{t('save')}</Button>
        </>
      )}
    </Page>
  );
}
