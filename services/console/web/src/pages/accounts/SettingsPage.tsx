// SPDX-License-Identifier: Apache-2.0
// The person's own: language and shade, roles, sessions, signing key, what he is told of.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useCall, useWrite } from '@/api';
import { Choices } from '@/app/Frame';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Subscription } from '@/gen/shareway/catalog/v1/subscription_pb';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { AgencyName, DataTable, ErrorPanel, Facts, ObjectLink, Page, Shown } from '@/ui';
import { RoleNames } from '@/ui/roles';
import { PermissionFile } from './PermissionFile';
import { Sessions } from './Sessions';
import { SigningKey } from './SigningKey';
import { useText } from './texts';

export default function SettingsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const me = usePerson();
  return (
    <Page title={t('settings.title')}>
      <div className="sw-row"><Choices /></div>
      <Facts rows={[
        [t('list.person'), me.name], [t('list.agency'), <AgencyName key="a" name={me.agency} />],
        [t('file.now'), <RoleNames key="r" roles={me.roles} />],
        [t('settings.factorUntil'), format.time(me.session.stepUpEndTime)],
      ]} />
      <p>{t('settings.password')}</p>
      <SigningKey />
      <Subscriptions />
      <Sessions />
      <PermissionFile person={me.name} />
    </Page>
  );
}

function Subscriptions(): ReactNode {
  const t = useText();
  const format = useFormat();
  const read = useCall(CatalogService.method.listSubscriptions, {});
  const end = useWrite(CatalogService.method.unsubscribe);
  const what = (one: Subscription): ReactNode => (one.target.case === 'resource'
    ? <ObjectLink name={one.target.value} />
    : <>{t('subscriptions.search')} <bdi>{one.target.case === 'search' ? one.target.value.query : ''}</bdi></>);
  return (
    <section aria-labelledby="subscriptions">
      <h2 id="subscriptions">{t('subscriptions.title')}</h2>
      <ErrorPanel error={end.error} />
      <Shown read={read}>{({ subscriptions }) => (
        <DataTable<Subscription> caption={t('subscriptions.title')} rows={subscriptions} rowKey={(one) => one.name}
          empty={<p>{t('subscriptions.none')}</p>}
          columns={[
            { key: 'what', title: t('subscriptions.what'), render: what },
            { key: 'since', title: t('subscriptions.since'), render: (one) => format.time(one.createTime) },
            { key: 'end', title: t('sessions.act'), render: (one) => (
              <Button size="small" loading={end.busy} aria-label={`${t('subscriptions.end')} ${one.name}`}
                onClick={async () => { if (await end.run({ name: one.name })) read.reload(); }}>{t('subscriptions.end')}</Button>) },
          ]} />
      )}</Shown>
    </section>
  );
}
