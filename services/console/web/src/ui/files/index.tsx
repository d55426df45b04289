// SPDX-License-Identifier: Apache-2.0
// The files of a case: those that are there, and one more.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { newRequestId, piecesOf, toApiError, useBackend, usePages, type ApiError, type Backend } from '@/api';
import { AttachmentService, type Attachment } from '@/gen/shareway/sharing/v1/attachment_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, DataTable, ErrorPanel, Field, Shown, saveAs } from '@/ui';
import { areaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

const useText = areaText<typeof zh>('files');
export const LARGEST = 50 << 20;
const { method } = AttachmentService;

export function Attachments(props: { subject: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { subject } = props;
  const files = usePages(method.listAttachments, { subject, pageSize: 50 }, (r) => r.attachments);
  return (
    <section aria-labelledby="files">
      <h2 id="files">{t('title')}</h2>
      <Shown read={files}>
        {(rows) => (
          <DataTable<Attachment> caption={t('title')} rows={rows} rowKey={(one) => one.name} hasMore={files.hasMore} onMore={files.more}
            loading={files.loading} empty={<p>{t('none')}</p>}
            columns={[
              { key: 'name', title: t('name'), render: (one) => <Download file={one} /> },
              { key: 'bytes', title: t('size'), number: true, render: (one) => format.bytes(one.bytes) },
              { key: 'agency', title: t('from'), render: (one) => <><AgencyName name={one.agency} />{one.internal === true && ` · ${t('internal')}`}</> },
              { key: 'time', title: t('time'), render: (one) => format.time(one.createTime) },
            ]} />
        )}
      </Shown>
      <Upload subject={subject} onDone={files.reload} />
    </section>
  );
}

function Download(props: { file: Attachment }): ReactNode {
  const backend = useBackend();
  const { file } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const fetch = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const pieces: Uint8Array[] = [];
      for await (const { chunk } of backend.stream(method.downloadAttachment, { name: file.name })) pieces.push(chunk);
      const whole = new Uint8Array(pieces.reduce((sum, one) => sum + one.length, 0));
      pieces.reduce((at, one) => { whole.set(one, at); return at + one.length; }, 0);
      // Never shown by the browser, whatever it says it is.
      saveAs(file.fileName, whole, 'application/octet-stream');
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button type="link" loading={busy} onClick={() => void fetch()}><bdi>{file.fileName}</bdi></Button>
      <ErrorPanel error={error} />
    </>
  );
}

export interface Kept { readonly name: string; readonly sha256: Uint8Array<ArrayBuffer> }

/** Keeps a file for a case. The same `requestId` for a file that is tried again as it was. */
export async function keepFile(backend: Backend, subject: string, file: File, requestId: string): Promise<Kept> {
  const { pieces, digest: sha256 } = await piecesOf(file);
  const { name } = await backend.upload(method.uploadAttachment, [
    { part: { case: 'header' as const, value: { requestId, attachment: { subject, fileName: file.name, sha256 } } } },
    ...pieces.map((value) => ({ part: { case: 'chunk' as const, value } })),
  ]);
  return { name, sha256 };
}

function Upload(props: { subject: string; onDone: () => void }): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [file, setFile] = useState<File>();
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  // The same for a file that is tried again as it was.
  const [requestId, setRequestId] = useState(newRequestId);
  const tooBig = file !== undefined && file.size > LARGEST;
  const send = async (): Promise<void> => {
    if (file === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      await keepFile(backend, props.subject, file, requestId);
      setRequestId(newRequestId());
      setFile(undefined);
      setRound((old) => old + 1);
      props.onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Field label={t('add')} name="header.attachment.file_name" error={error} hint={t('hint')} fault={tooBig ? t('tooBig') : undefined}>
        {(control) => (
          <input key={round} id={control.id} type="file" aria-describedby={control['aria-describedby']}
            accept=".pdf,.png,.jpg,.jpeg,.tif,.tiff,.ofd,.docx,.xlsx,.txt"
            onChange={(event) => { setRequestId(newRequestId()); setError(undefined); setFile(event.target.files?.[0]); }} />
        )}
      </Field>
      <ErrorPanel error={error} />
      <p><Button htmlType="submit" loading={busy} disabled={file === undefined || tooBig}>{t('send')}</Button></p>
    </form>
  );
}
