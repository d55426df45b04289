// SPDX-License-Identifier: Apache-2.0
// The live sessions of a person, and their end.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { LIVE, useCall, useWrite } from '@/api';
import { Factor, type Session } from '@/gen/shareway/console/v1/session_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { DataTable, ErrorPanel, Shown } from '@/ui';
import { useText } from './texts';

/** Unset: the own ones. */
export function Sessions(props: { person?: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const me = usePerson();
  const person = props.person ?? '';
  const sessions = useCall(SessionService.method.listSessions, { person }, { poll: LIVE });
  const end = useWrite(SessionService.method.endSession);
  const factors: Partial<Record<Factor, string>> = { [Factor.TOTP]: t('factor.TOTP'),
    [Factor.WEBAUTHN]: t('factor.WEBAUTHN'), [Factor.CERTIFICATE]: t('factor.CERTIFICATE') };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t('sessions.title')}</h2>
      <ErrorPanel error={end.error} onReload={sessions.reload} />
      <Shown read={sessions}>{({ sessions: rows }) => (
        <DataTable<Session> caption={t('sessions.title')} rows={rows} rowKey={(one) => one.name}
          empty={<p>{t('sessions.none')}</p>}
          columns={[
            { key: 'begin', title: t('sessions.begin'), render: (one) => format.time(one.createTime) },
            { key: 'seen', title: t('sessions.seen'), render: (one) => format.time(one.seenTime) },
            { key: 'end', title: t('sessions.latest'), render: (one) => format.time(one.endTime) },
            { key: 'factor', title: t('sessions.factor'), render: (one) => factors[one.factor] ?? '' },
            { key: 'network', title: t('sessions.network'), render: (one) => <code>{one.network}</code> },
            { key: 'act', title: t('sessions.act'), render: (one) => (one.name === me.session.name ? t('sessions.this') : (
              <Button size="small" danger loading={end.busy} aria-label={`${t('sessions.end')} ${format.time(one.createTime)}`}
                onClick={async () => { if (await end.run({ name: one.name, person })) sessions.reload(); }}>
                {t('sessions.end')}
              </Button>)) },
          ]} />
      )}</Shown>
    </section>
  );
}
