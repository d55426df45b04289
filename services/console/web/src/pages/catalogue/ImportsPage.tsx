// SPDX-License-Identifier: Apache-2.0
// Files of entries: uploading one, and what became of those before.
import { Button, Checkbox } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { ApiError, LIVE, newRequestId, piecesOf, toApiError, useBackend, usePages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Import_Mode, Import_State, type Import } from '@/gen/shareway/catalog/v1/import_pb';
import { useFormat } from '@/i18n/format';
import { DataTable, ErrorPanel, Field, ObjectLink, objectPath, Page, Shown, Status } from '@/ui';
import { useText, useValueWord } from './texts';

const LARGEST = 64 << 20;

export default function ImportsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const imports = usePages(CatalogService.method.listImports, { pageSize: 50 }, (answer) => answer.imports, { poll: LIVE });
  return (
    <Page title={t('imports.title')} updated={imports.updated} onReload={imports.reload} loading={imports.loading}
      crumbs={[{ label: t('search.title'), to: '/catalogue' }]}>
      <Upload />
      <Shown read={imports}>
        {(rows) => (
          <DataTable<Import> caption={t('imports.title')} rows={rows} rowKey={(one) => one.name}
            hasMore={imports.hasMore} onMore={imports.more} loading={imports.loading} empty={<p>{t('imports.none')}</p>}
            columns={[
              { key: 'name', title: t('imports.name'), render: (one) => <ObjectLink name={one.name}>{one.fileName || one.name}</ObjectLink> },
              { key: 'state', title: t('imports.state'), render: (one) => <ImportState state={one.state} /> },
              { key: 'entries', title: t('imports.entries'), number: true, render: (one) => format.number(one.entries) },
              { key: 'refused', title: t('imports.refused'), number: true, render: (one) => format.number(one.refused) },
              { key: 'time', title: t('imports.time'), render: (one) => format.time(one.createTime) },
            ]} />
        )}
      </Shown>
    </Page>
  );
}

export function ImportState(props: { state: Import_State }): ReactNode {
  const word = useValueWord();
  const tone = props.state === Import_State.DONE ? 'good' : props.state === Import_State.REFUSED ? 'bad'
    : props.state === Import_State.CANCELLED ? 'warn' : 'quiet';
  return <Status tone={tone}>{word('import_state', Import_State[props.state])}</Status>;
}

function Upload(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const backend = useBackend();
  const [file, setFile] = useState<File | undefined>();
  const [dryRun, setDryRun] = useState(true);
  const [partial, setPartial] = useState(false);
  const [replace, setReplace] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  // The same for a file that is tried again as it was.
  const [requestId, setRequestId] = useState(newRequestId);
  const tooBig = file !== undefined && file.size > LARGEST;
  const changed = <T,>(set: (value: T) => void) => (value: T): void => {
    setRequestId(newRequestId());
    set(value);
  };
  const send = async (): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const { pieces } = await piecesOf(file);
      const mode = partial ? Import_Mode.VALID_ENTRIES : Import_Mode.ALL_OR_NOTHING;
      const begun = await backend.upload(CatalogService.method.importResources, pieces.map((data, i) => (i > 0 ? { data }
        : { data, requestId, import: { fileName: file.name, dryRun, mode, replace } })));
      setRequestId(newRequestId());
      void go(objectPath(begun.name));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Field label={t('imports.file')} name="data" error={error} hint={t('imports.fileHint')}
        fault={tooBig ? t('imports.tooBig') : undefined} required>
        {(control) => (
          <input id={control.id} type="file" accept=".xlsx,.csv,.json,.jsonl" aria-describedby={control['aria-describedby']}
            onChange={(event) => changed(setFile)(event.target.files?.[0])} />
        )}
      </Field>
      <p className="sw-row">
        <Checkbox checked={dryRun} onChange={(event) => changed(setDryRun)(event.target.checked)}>{t('imports.dryRun')}</Checkbox>
        <Checkbox checked={partial} onChange={(event) => changed(setPartial)(event.target.checked)}>{t('imports.partial')}</Checkbox>
        <Checkbox checked={replace} onChange={(event) => changed(setReplace)(event.target.checked)}>{t('imports.replace')}</Checkbox>
      </p>
      <p><Button type="primary" htmlType="submit" loading={busy} disabled={file === undefined || tooBig}>{t('imports.send')}</Button></p>
      <ErrorPanel error={error} />
    </form>
  );
}
