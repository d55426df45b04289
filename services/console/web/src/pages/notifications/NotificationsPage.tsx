// SPDX-License-Identifier: Apache-2.0
// What the person is told by mail, and, for account administrators, the agency's system by webhook.
import { Alert, Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { LIVE, useCall, useWrite } from '@/api';
import {
  NotificationService, ReminderLanguage as Language, ReminderTiming as Timing, type NotificationSettings,
} from '@/gen/shareway/console/v1/notification_pb';
import { LOCALE_NAMES } from '@/i18n';
import { useMay } from '@/session/person';
import { DraftKeeper, ErrorPanel, Field, Page, Shown, useDraft } from '@/ui';
import { Delivery, KindBoxes, PERSONAL, kindsOf, namesOf, type KindName } from './kinds';
import { useText } from './texts';
import { Webhook } from './Webhook';

const { getNotificationSettings, updateNotificationSettings, confirmMailAddress, putAgencyWebhook } =
  NotificationService.method;
const TIMINGS = ['AT_ONCE', 'DAILY'] as const;
const LANGUAGES = ['ZH_HANS', 'ZH_HANT', 'EN'] as const;
const LOCALE_OF = { ZH_HANS: 'zh-Hans', ZH_HANT: 'zh-Hant', EN: 'en' } as const;

export default function NotificationsPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const settings = useCall(getNotificationSettings, {}, { poll: LIVE });
  return (
    <Page title={t('title')} updated={settings.updated} onReload={settings.reload} loading={settings.loading}>
      <Shown read={settings}>{(now) => (
        <>
          <Mail now={now} reload={settings.reload} />
          {may(putAgencyWebhook) && <Webhook now={now} reload={settings.reload} />}
        </>
      )}</Shown>
    </Page>
  );
}

/** What was typed over what holds; each member is there once it was touched. */
interface Typed {
  readonly address?: string;
  readonly kinds?: KindName[];
  readonly timing?: (typeof TIMINGS)[number];
  readonly language?: (typeof LANGUAGES)[number];
}

function Mail(props: { now: NotificationSettings; reload: () => void }): ReactNode {
  const t = useText();
  const { now, reload } = props;
  const draft = useDraft<Typed>('mail', {});
  const save = useWrite(updateNotificationSettings);
  const [saved, setSaved] = useState(false);
  const address = draft.value.address ?? (now.pendingMailAddress === '' ? now.mailAddress : now.pendingMailAddress);
  const kinds = draft.value.kinds ?? namesOf(now.kinds);
  const timing = draft.value.timing ?? (now.timing === Timing.DAILY ? 'DAILY' : 'AT_ONCE');
  const language = draft.value.language ??
    (now.language === Language.EN ? 'EN' : now.language === Language.ZH_HANT ? 'ZH_HANT' : 'ZH_HANS');
  const put = (part: Typed): void => {
    setSaved(false);
    draft.set((old) => ({ ...old, ...part }));
  };
  const send = async (): Promise<void> => {
    const done = await save.run({
      settings: { mailAddress: address.trim(), kinds: kindsOf(kinds), timing: Timing[timing], language: Language[language] },
      etag: now.etag,
    });
    if (done === undefined) return;
    draft.discard();
    setSaved(true);
    reload();
  };
  return (
    <section aria-labelledby="by-mail">
      <h2 id="by-mail">{t('mail.title')}</h2>
      {!now.sendsMail && <Alert role="note" type="info" showIcon title={t('mail.off')} style={{ marginBottom: '1rem' }} />}
      <DraftKeeper draft={draft} />
      <ErrorPanel error={save.error} onReload={reload} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Field label={t('mail.address')} name="settings.mail_address" error={save.error} hint={t('mail.hint')}>
          {(control) => (
            <Input {...control} type="email" value={address} autoComplete="email" disabled={!now.sendsMail}
              onChange={(event) => put({ address: event.target.value })} />
          )}
        </Field>
        <p>{t('mail.confirmed')}: <bdi>{now.mailAddress === '' ? t('mail.none') : now.mailAddress}</bdi></p>
        <KindBoxes legend={t('mail.kinds')} name="settings.kinds" offered={PERSONAL} value={kinds} error={save.error}
          set={(to) => put({ kinds: to })} />
        <Field label={t('mail.timing')} name="settings.timing" error={save.error}>{({ status: _, ...control }) => (
          <select {...control} value={timing}
            onChange={(event) => put({ timing: event.target.value as (typeof TIMINGS)[number] })}>
            {TIMINGS.map((one) => <option key={one} value={one}>{t(`timing.${one}`)}</option>)}
          </select>
        )}</Field>
        <Field label={t('mail.language')} name="settings.language" error={save.error}>{({ status: _, ...control }) => (
          <select {...control} value={language}
            onChange={(event) => put({ language: event.target.value as (typeof LANGUAGES)[number] })}>
            {LANGUAGES.map((one) => (
              <option key={one} value={one} lang={LOCALE_OF[one]}>{LOCALE_NAMES[LOCALE_OF[one]]}</option>
            ))}
          </select>
        )}</Field>
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={save.busy}>{t('mail.save')}</Button>
          {saved && <span role="status">{t('mail.saved')}</span>}
        </p>
      </form>
      {now.pendingMailAddress !== '' && <Confirm address={now.pendingMailAddress} reload={reload} />}
      <Delivery of={now.delivery} />
    </section>
  );
}

// A code is never kept: what is typed here is gone with the page.
function Confirm(props: { address: string; reload: () => void }): ReactNode {
  const t = useText();
  const confirm = useWrite(confirmMailAddress);
  const [code, setCode] = useState('');
  return (
    <form className="sw-card" onSubmit={(event) => {
      event.preventDefault();
      void confirm.run({ code: code.trim() }).then((done) => { if (done !== undefined) props.reload(); });
    }}>
      <p role="status">{t('mail.waits', { address: props.address })}</p>
      <ErrorPanel error={confirm.error} onReload={props.reload} />
      <Field label={t('mail.code')} name="code" error={confirm.error} hint={t('mail.codeHint')} required>{(control) => (
        <Input {...control} value={code} autoComplete="one-time-code" spellCheck={false}
          onChange={(event) => setCode(event.target.value)} />
      )}</Field>
      <Button htmlType="submit" loading={confirm.busy} disabled={code.trim() === ''}>{t('mail.confirm')}</Button>
    </form>
  );
}
