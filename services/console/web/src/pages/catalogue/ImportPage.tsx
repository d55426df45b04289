// SPDX-License-Identifier: Apache-2.0
// One import: how far it is, and each entry's faults by row and column.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { useCall, usePages, useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Import_State, ImportRow_Result, type ImportRow } from '@/gen/shareway/catalog/v1/import_pb';
import { useFormat } from '@/i18n/format';
import { DataTable, ErrorPanel, Facts, ObjectLink, Page, saveCsv, Shown, Status, useUrlText } from '@/ui';
import { ImportState } from './ImportsPage';
import { useText, useValueWord } from './texts';

const BUSY = 2; // seconds between looks at an import under way

export default function ImportPage(): ReactNode {
  const t = useText();
  const word = useValueWord();
  const format = useFormat();
  const name = `imports/${useParams()['id'] ?? ''}`;
  const [only, setOnly] = useUrlText('refused');
  const cancel = useWrite(CatalogService.method.cancelImport);
  const read = useCall(CatalogService.method.getImport, { name }, { poll: BUSY });
  const state = read.data?.state;
  const going = state === Import_State.CHECKING || state === Import_State.WRITING;
  const rows = usePages(CatalogService.method.listImportRows, { name, refusedOnly: only === '1', pageSize: 200 },
    (answer) => answer.rows, { poll: going ? BUSY : 0 });
  const faults = (rows.data ?? []).flatMap((row) => row.faults
    .map((fault) => [row.number, row.code, fault.sheet, fault.row, fault.column, fault.field, fault.rule]));
  return (
    <Page title={t('import.title', { name: read.data?.fileName ?? name })} updated={read.updated} onReload={read.reload}
      crumbs={[{ label: t('search.title'), to: '/catalogue' }, { label: t('imports.title'), to: '/imports' }]}
      actions={going && (
        <Button loading={cancel.busy} onClick={() => void cancel.run({ name }).then(read.reload)}>{t('import.cancel')}</Button>
      )}>
      <ErrorPanel error={cancel.error} />
      <Shown read={read}>
        {(one) => (
          <>
            <Facts rows={[
              [t('imports.state'), <ImportState key="s" state={one.state} />],
              [t('import.result'), one.message],
              [t('imports.entries'), t('import.progress', { rows: String(one.rows), entries: String(one.entries) })],
              [t('imports.created'), format.number(one.created)],
              [t('imports.updated'), format.number(one.updated)],
              [t('imports.refused'), one.refused === 0n ? format.number(0)
                : <Status key="r" tone="bad">{format.number(one.refused)}</Status>],
            ]} />
          </>
        )}
      </Shown>
      <section aria-labelledby="rows">
        <h2 id="rows">{t('import.rows')}</h2>
        <p className="sw-row">
          <Checkbox checked={only === '1'} onChange={(event) => setOnly(event.target.checked ? '1' : '')}>{t('import.refusedOnly')}</Checkbox>
          {faults.length > 0 && (
            <Button onClick={() => saveCsv('import-faults', ['entry', 'code', 'sheet', 'row', 'column', 'field', 'rule'], faults)}>
              {t('import.export')}
            </Button>
          )}
        </p>
        <Shown read={rows}>
          {(shown) => (
            <DataTable<ImportRow> caption={t('import.rows')} rows={shown} rowKey={(row) => String(row.number)}
              hasMore={rows.hasMore} onMore={rows.more} loading={rows.loading}
              columns={[
                { key: 'number', title: t('import.number'), render: (row) => row.number },
                { key: 'place', title: t('import.place'),
                  render: (row) => t('import.placeText', { sheet: row.sheet, first: row.firstRow, last: row.lastRow }) },
                { key: 'code', title: t('import.code'),
                  render: (row) => (row.resource === '' ? row.code : <ObjectLink name={row.resource}>{row.code}</ObjectLink>) },
                { key: 'result', title: t('import.result'), render: (row) => (
                  <Status tone={row.result === ImportRow_Result.ENTRY_REFUSED ? 'bad'
                    : row.result === ImportRow_Result.NOT_WRITTEN ? 'warn' : 'good'}>
                    {word('result', ImportRow_Result[row.result])}
                  </Status>
                ) },
                { key: 'faults', title: t('import.faults'), render: (row) => row.faults.map((fault) => (
                  <div key={`${fault.row} ${fault.field} ${fault.rule}`}>
                    <bdi>{t('import.fault', { row: fault.row, column: fault.column || fault.field, rule: fault.rule })}</bdi>
                  </div>
                )) },
              ]} />
          )}
        </Shown>
      </section>
    </Page>
  );
}
