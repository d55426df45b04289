// SPDX-License-Identifier: Apache-2.0
// The datasets of the own agency at its node: versions, loading another one, and going back to one. In
// the console this page leads to the gateway beside the node: rows never come to the console.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { hexOf, namesOf, piecesOf, toApiError, useBackend, usePages, useWrite, type ApiError } from '@/api';
import { useSettings } from '@/app/settings_context';
import { DatasetService, LoadFormat, type DatasetVersion } from '@/gen/shareway/exchange/v1/exchange_service_pb';
import { useFormat } from '@/i18n/format';
import { Away } from '@/pages/lookup/Away';
import { DataTable, ErrorPanel, Field, Page, Shown, Status, useUrlText } from '@/ui';
import { SureButton } from '@/ui/SureButton';
import { ChoiceField, TextField, linesOf } from '@/ui/TextField';
import { useText } from './texts';

const { method } = DatasetService;
// What a browser can send in one body (--web: an upload's limit); larger files go by the CLI.
const LARGEST = 90 << 20;
const FORMATS = namesOf(LoadFormat);

export default function DatasetsPage(): ReactNode {
  const t = useText();
  const { atNode } = useSettings();
  const [resource, setResource] = useUrlText('resource');
  const [typed, setTyped] = useState(resource);
  if (!atNode) return <Page title={t('title')}><Away /></Page>;
  return (
    <Page title={t('title')}>
      <form role="search" onSubmit={(event) => { event.preventDefault(); setResource(typed.trim()); }}>
        <TextField label={t('resource')} name="resource" value={typed} set={setTyped} hint={t('resourceHint')} />
        <p><Button htmlType="submit" disabled={typed.trim() === ''}>{t('show')}</Button></p>
      </form>
      {resource !== '' && <Versions key={resource} resource={resource} />}
    </Page>
  );
}

function Versions(props: { resource: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { resource } = props;
  const versions = usePages(method.listVersions, { resource, pageSize: 50 }, (r) => r.versions);
  const rollback = useWrite(method.rollback);
  const serve = async (version: string): Promise<boolean> => {
    if (await rollback.run({ resource, version }) === undefined) return false;
    versions.reload();
    return true;
  };
  return (
    <>
      <section aria-labelledby="versions">
        <h2 id="versions">{t('versions')}</h2>
        <Shown read={versions}>
          {(rows) => (
            <DataTable<DatasetVersion> caption={t('versions')} rows={rows} rowKey={(one) => one.version} hasMore={versions.hasMore} onMore={versions.more}
              loading={versions.loading} empty={<p>{t('none')}</p>}
              columns={[
                { key: 'version', title: t('version'), render: (one) => <bdi>{one.version}</bdi> },
                { key: 'state', title: t('state'), render: (one) => (one.serving ? <Status tone="good">{t('serving')}</Status> : null) },
                { key: 'records', title: t('records'), number: true, render: (one) => format.number(one.records) },
                { key: 'time', title: t('time'), render: (one) => format.time(one.loadTime) },
                { key: 'revision', title: t('revision'), number: true, render: (one) => String(one.resourceRevision) },
                { key: 'indexes', title: t('indexes'), render: (one) => one.indexes.join(', ') },
                { key: 'digest', title: t('digest'), render: (one) => <code>{hexOf(one.digest).slice(0, 16)}</code> },
                { key: 'act', title: t('act'), render: (one) => (one.serving ? null : (
                  <SureButton label={t('rollback', { version: one.version })} busy={rollback.busy} error={rollback.error} onOpen={rollback.clear}
                    onSure={() => serve(one.version)}><p>{t('rollbackText')}</p></SureButton>)) },
              ]} />
          )}
        </Shown>
      </section>
      <Load resource={resource} onDone={versions.reload} />
    </>
  );
}

function Load(props: { resource: string; onDone: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const backend = useBackend();
  const [file, setFile] = useState<File>();
  const [kind, setKind] = useState(FORMATS[0] ?? '');
  const [indexes, setIndexes] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [done, setDone] = useState<DatasetVersion>();
  const tooBig = file !== undefined && file.size > LARGEST;
  const send = async (): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    setError(undefined);
    setDone(undefined);
    try {
      const { pieces, digest } = await piecesOf(file);
      setDone(await backend.upload(method.load, [
        { part: { case: 'header' as const, value: { resource: props.resource, format: LoadFormat[kind as keyof typeof LoadFormat], indexes: linesOf(indexes) } } },
        ...pieces.map((value) => ({ part: { case: 'data' as const, value } })),
        { part: { case: 'digest' as const, value: digest } },
      ]));
      props.onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="load">
      <h2 id="load">{t('load')}</h2>
      <p>{t('loadText')}</p>
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <ChoiceField label={t('format')} name="header.format" value={kind} error={error} set={setKind} choices={FORMATS.map((value) => ({ value, label: value }))} />
        <TextField label={t('indexes')} name="header.indexes" value={indexes} error={error} inside rows={3} set={setIndexes} hint={t('indexesHint')} />
        <Field label={t('file')} name="data" error={error} inside required hint={t('fileHint')} fault={tooBig ? t('tooBig') : undefined}>
          {(control) => (
            <input id={control.id} type="file" aria-describedby={control['aria-describedby']} accept=".csv"
              onChange={(event) => { setError(undefined); setDone(undefined); setFile(event.target.files?.[0]); }} />
          )}
        </Field>
        <ErrorPanel error={error} />
        {done !== undefined && <p role="status">{t('loaded', { version: done.version, records: format.number(done.records) })}</p>}
        <p><Button type="primary" htmlType="submit" loading={busy} disabled={file === undefined || tooBig}>{t('send')}</Button></p>
      </form>
    </section>
  );
}
