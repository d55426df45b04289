// SPDX-License-Identifier: Apache-2.0
// The legal texts that are loaded as data.
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { usePages } from '@/api';
import { type Profile, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { useFormat } from '@/i18n/format';
import { DataTable, ObjectLink, Page, Shown, objectPath } from '@/ui';
import { useText } from './texts';

export default function ProfilesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const open = useNavigate();
  const profiles = usePages(StatuteService.method.listProfiles, { pageSize: 100 }, (answer) => answer.profiles);
  return (
    <Page title={t('profiles.title')} updated={profiles.updated} onReload={profiles.reload} loading={profiles.loading}>
      <Shown read={profiles}>{(rows) => (
        <DataTable<Profile> caption={t('profiles.title')} rows={rows} rowKey={(one) => one.name}
          hasMore={profiles.hasMore} onMore={profiles.more} loading={profiles.loading}
          onOpen={(one) => void open(objectPath(one.name))}
          columns={[
            { key: 'title', title: t('profiles.text'), render: (one) => <ObjectLink name={one.name}>{one.title}</ObjectLink> },
            { key: 'document', title: t('profiles.document'), render: (one) => <bdi>{one.document}</bdi> },
            { key: 'from', title: t('profiles.from'), render: (one) => format.day(one.effectiveFrom) },
            { key: 'version', title: t('profiles.version'), render: (one) => one.version },
            { key: 'extends', title: t('profiles.extends'),
              render: (one) => one.extends !== '' && <ObjectLink name={one.extends} /> },
          ]} />
      )}</Shown>
    </Page>
  );
}
