// SPDX-License-Identifier: Apache-2.0
// The webhook of the person's agency: where, what, its secret once, and a test.
import { Alert, Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useWrite } from '@/api';
import { NotificationService, type NotificationSettings } from '@/gen/shareway/console/v1/notification_pb';
import { useFormat } from '@/i18n/format';
import { DraftKeeper, ErrorPanel, Facts, Field, useDraft } from '@/ui';
import { Delivery, KindBoxes, OF_AGENCY, kindsOf, namesOf, type KindName } from './kinds';
import { useText } from './texts';

const { putAgencyWebhook, deleteAgencyWebhook, testWebhook } = NotificationService.method;

interface Typed {
  readonly url?: string;
  readonly kinds?: KindName[];
}

export function Webhook(props: { now: NotificationSettings; reload: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { reload } = props;
  const hook = props.now.webhook;
  const draft = useDraft<Typed>('webhook', {});
  const put = useWrite(putAgencyWebhook);
  const end = useWrite(deleteAgencyWebhook);
  const test = useWrite(testWebhook);
  // Never kept: the secret is gone with the page.
  const [secret, setSecret] = useState<string | undefined>();
  const [tried, setTried] = useState<string | undefined>();
  const [ending, setEnding] = useState(false);
  const url = draft.value.url ?? hook?.url ?? '';
  const kinds = draft.value.kinds ?? (hook === undefined ? [...OF_AGENCY] : namesOf(hook.kinds));
  const send = async (newSecret: boolean): Promise<void> => {
    const made = await put.run({ webhook: { url: url.trim(), kinds: kindsOf(kinds) }, etag: hook?.etag ?? '', newSecret });
    if (made === undefined) return;
    if (newSecret || hook === undefined) setSecret(made.secret);
    draft.discard();
    reload();
  };
  const call = async (): Promise<void> => {
    setTried(undefined);
    const answer = await test.run({});
    if (answer === undefined) return;
    setTried(answer.taken ? t('webhook.taken') : t('webhook.refused', { failure: answer.failure }));
    reload();
  };
  const stop = async (): Promise<void> => {
    if (hook === undefined || await end.run({ etag: hook.etag }) === undefined) return;
    setSecret(undefined);
    setTried(undefined);
    setEnding(false);
    draft.discard();
    reload();
  };
  return (
    <section aria-labelledby="webhook">
      <h2 id="webhook">{t('webhook.title')}</h2>
      <p>{t('webhook.what')}</p>
      {!props.now.callsWebhooks && <Alert role="note" type="info" showIcon title={t('webhook.off')} style={{ marginBottom: '1rem' }} />}
      <DraftKeeper draft={draft} />
      <ErrorPanel error={put.error ?? end.error ?? test.error} onReload={reload} />
      {secret !== undefined && (
        <Alert type="warning" showIcon style={{ marginBottom: '1rem' }}
          title={secret === '' ? t('webhook.repeated') : t('webhook.secret')}
          description={secret !== '' && <><p><code>{secret}</code></p><p>{t('webhook.secretHow')}</p></>} />
      )}
      <form onSubmit={(event) => { event.preventDefault(); void send(false); }}>
        <Field label={t('webhook.url')} name="webhook.url" error={put.error} hint={t('webhook.urlHint')} required>
          {(control) => (
            <Input {...control} type="url" value={url} autoComplete="off" spellCheck={false}
              onChange={(event) => draft.set((old) => ({ ...old, url: event.target.value }))} />
          )}
        </Field>
        <KindBoxes legend={t('webhook.kinds')} name="webhook.kinds" offered={OF_AGENCY} value={kinds} error={put.error}
          set={(to) => draft.set((old) => ({ ...old, kinds: to }))} />
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={put.busy} disabled={url.trim() === '' || !props.now.callsWebhooks}>
            {hook === undefined ? t('webhook.make') : t('webhook.change')}
          </Button>
          {hook !== undefined && (
            <>
              <Button loading={put.busy} onClick={() => void send(true)}>{t('webhook.rotate')}</Button>
              <Button loading={test.busy} onClick={() => void call()}>{t('webhook.test')}</Button>
              {ending
                ? (
                  <>
                    <Button danger loading={end.busy} onClick={() => void stop()}>{t('webhook.endSure')}</Button>
                    <Button onClick={() => setEnding(false)}>{t('webhook.keep')}</Button>
                  </>
                )
                : <Button danger onClick={() => setEnding(true)}>{t('webhook.end')}</Button>}
            </>
          )}
        </p>
      </form>
      {tried !== undefined && <p role="status">{tried}</p>}
      {hook !== undefined && (
        <Facts rows={[
          [t('webhook.setBy'), <bdi key="b">{hook.setBy.replace(/^people\//, '')} {format.time(hook.setTime)}</bdi>],
          ...(hook.oldSecretEndTime === undefined ? []
            : [[t('webhook.oldUntil'), format.time(hook.oldSecretEndTime)] as [string, ReactNode]]),
        ]} />
      )}
      <Delivery of={hook?.delivery} />
    </section>
  );
}
