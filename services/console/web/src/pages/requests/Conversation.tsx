// SPDX-License-Identifier: Apache-2.0
// What the parties write to each other about a request, and among themselves.
import { Button, Checkbox } from 'antd';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import { LIVE, usePages, useWrite } from '@/api';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { DraftKeeper, ErrorPanel, Shown, Timeline, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

const { method } = RequestService;

export function Conversation(props: { request: string }): ReactNode {
  const t = useText();
  const { request } = props;
  const comments = usePages(method.listComments, { request, pageSize: 100 }, (r) => r.comments, { poll: LIVE });
  const draft = useDraft('comment', { text: '', internal: false });
  const write = useWrite(method.addComment);
  const send = async (): Promise<void> => {
    const { text, internal } = draft.value;
    if (await write.run({ comment: { request, text: text.trim(), internal } }) === undefined) return;
    draft.discard();
    comments.reload();
  };
  return (
    <section aria-labelledby="comments">
      <h2 id="comments">{t('comments.title')}</h2>
      <Shown read={comments}>
        {(rows) => (rows.length === 0 ? <p>{t('comments.none')}</p> : (
          <>
            {comments.hasMore && <p><Button onClick={comments.more}>{t('comments.older')}</Button></p>}
            <Timeline label={t('comments.title')} events={[...rows].reverse().map((one) => ({
              key: one.name, at: one.createTime === undefined ? undefined : timestampDate(one.createTime), by: one.agency,
              title: <><bdi>{one.author}</bdi>{one.internal && ` · ${t('comments.internal')}`}</>,
              text: <bdi style={{ whiteSpace: 'pre-wrap' }}>{one.text}</bdi>,
            }))} />
          </>
        ))}
      </Shown>
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <DraftKeeper draft={draft} />
        <TextField label={t('comments.text')} name="comment.text" value={draft.value.text} error={write.error} rows={3} max={2000}
          set={(text) => draft.set((old) => ({ ...old, text }))} />
        <p>
          <Checkbox checked={draft.value.internal} onChange={(event) => draft.set((old) => ({ ...old, internal: event.target.checked }))}>
            {t('comments.onlyOwn')}
          </Checkbox>
        </p>
        <ErrorPanel error={write.error} />
        <p><Button htmlType="submit" loading={write.busy} disabled={draft.value.text.trim() === ''}>{t('comments.send')}</Button></p>
      </form>
    </section>
  );
}
