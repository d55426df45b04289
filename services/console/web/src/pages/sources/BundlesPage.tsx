// SPDX-License-Identifier: Apache-2.0
// Bundles of other installations: whose were taken, how to take one, and the own one as a file.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { piecesOf, toApiError, useBackend, useCall, type ApiError } from '@/api';
import { type BundleConflict, BundleConflict_Kind as Kind, type ImportBundleResponse, type Origin } from '@/gen/shareway/catalog/v1/bundle_pb';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { useFormat } from '@/i18n/format';
import { ConfirmAct, DataTable, ErrorPanel, Facts, Page, saveAs, Shown, Status } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

const KINDS = ['OLDER', 'GAP', 'CODE_TAKEN', 'CONTENT_DIFFERS', 'WITHDRAWN', 'DIVISION', 'PROVIDER', 'PUBLICATION', 'CONTENT_REFUSED'] as const;
const { method } = CatalogService;

export default function BundlesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const origins = useCall(method.listOrigins, {});
  return (
    <Page title={t('bundles.title')} updated={origins.updated} onReload={origins.reload} loading={origins.loading}>
      <Shown read={origins}>{(data) => (
        <DataTable<Origin> caption={t('bundles.title')} rows={data.origins} rowKey={(one) => one.name}
          columns={[
            { key: 'name', title: t('bundles.origin'), render: (one) => <bdi>{one.name}</bdi> },
            { key: 'division', title: t('bundles.division'), render: (one) => one.divisionPrefix || t('all') },
            { key: 'taken', title: t('bundles.taken'), render: (one) => (one.taken.length === 0 ? t('bundles.never') : one.taken.map((manifest) => (
              <div key={manifest.divisionPrefix}>{manifest.divisionPrefix || t('all')} · {format.number(manifest.number)} · {format.time(manifest.createTime)}</div>))) },
          ]} />
      )}</Shown>
      <Import onTaken={origins.reload} />
      <Export />
    </Page>
  );
}

function Import(props: { onTaken: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const backend = useBackend();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const [found, setFound] = useState<ImportBundleResponse | undefined>();
  const send = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    setError(undefined);
    setFound(undefined);
    try {
      const { pieces } = await piecesOf(file);
      setFound(await backend.upload(method.importBundle, pieces.map((data) => ({ data }))));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const kind = (one: BundleConflict): string => {
    const key = KINDS.find((name) => Kind[name] === one.kind);
    return key === undefined ? String(one.kind) : t(`conflict.${key}`);
  };
  return (
    <section aria-labelledby="import">
      <h2 id="import">{t('bundles.import')}</h2>
      <label>{t('bundles.file')} <input type="file" disabled={busy} onChange={(event) => void send(event.target.files?.[0])} /></label>
      <ErrorPanel error={error} />
      {found !== undefined && (
        <>
          <Facts rows={[[t('bundles.origin'), found.manifest?.domain], [t('bundles.division'), found.manifest?.divisionPrefix || t('all')],
            [t('bundles.entries'), format.number(found.manifest?.entries ?? 0n)], [t('bundles.made'), format.time(found.manifest?.createTime)],
            [t('bundles.until'), format.time(found.expireTime)]]} />
          {found.conflictCount > 0n && (
            <>
              <Status tone="bad">{t('bundles.conflicts', { count: format.number(found.conflictCount) })}</Status>
              <DataTable<BundleConflict> caption={t('bundles.conflictList')} rows={found.conflicts} rowKey={(one) => `${one.kind} ${one.resource} ${one.detail}`}
                columns={[{ key: 'kind', title: t('bundles.what'), render: kind }, { key: 'resource', title: t('source.resource'), render: (one) => <bdi>{one.resource}</bdi> },
                  { key: 'detail', title: t('bundles.detail'), render: (one) => <bdi>{one.detail}</bdi> }]} />
            </>
          )}
          {found.taken && <Status tone="good">{t('bundles.done')}</Status>}
          {found.name !== '' && !found.taken && (
            <ConfirmAct method={method.takeBundle} label={t('bundles.take')} primary request={() => ({ name: found.name, digest: found.digest })}
              onDone={(answer) => { setFound(answer); props.onTaken(); }}><p>{t('bundles.takeEffect')}</p></ConfirmAct>
          )}
        </>
      )}
    </section>
  );
}

function Export(): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [division, setDivision] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const { data } of backend.stream(method.exportBundle, { divisionPrefix: division.trim() })) parts.push(Uint8Array.from(data));
      saveAs('shareway.bundle', new Uint8Array(await new Blob(parts).arrayBuffer()), 'application/octet-stream');
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="export">
      <h2 id="export">{t('bundles.export')}</h2>
      <TextField label={t('bundles.prefix')} name="division_prefix" value={division} set={setDivision} error={error} max={12} hint={t('bundles.prefixHint')} />
      <ErrorPanel error={error} />
      <Button loading={busy} onClick={() => void save()}>{t('bundles.save')}</Button>
    </section>
  );
}
