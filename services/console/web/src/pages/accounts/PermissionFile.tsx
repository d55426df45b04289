// SPDX-License-Identifier: Apache-2.0
// All that was ever granted to a person, when and by whom.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { usePages } from '@/api';
import { PermissionEntry_Kind as Kind } from '@/gen/shareway/console/v1/account_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { hasText, useAreaText } from '@/i18n';
import { Shown, Timeline } from '@/ui';
import { RoleNames } from '@/ui/roles';
import { useText } from './texts';

export function PermissionFile(props: { person: string }): ReactNode {
  const t = useText();
  const words = useAreaText('accounts');
  const file = usePages(AccountService.method.getPermissionFile, { person: props.person, pageSize: 200 },
    (answer) => answer.entries);
  const kind = (of: Kind): string => (hasText('accounts', `kind.${Kind[of]}`) ? words(`kind.${Kind[of]}`) : String(of));
  return (
    <section aria-labelledby="permission-file">
      <h2 id="permission-file">{t('file.title')}</h2>
      <Shown read={file}>{(entries) => (
        <>
          <p>{t('file.now')} <RoleNames roles={file.last?.roles ?? []} /></p>
          <Timeline label={t('file.title')} events={entries.map((entry, index) => ({
            key: String(index), at: entry.time === undefined ? undefined : timestampDate(entry.time),
            title: kind(entry.kind), by: entry.by === '' ? t('file.byRule') : entry.by,
            text: (
              <>
                {entry.grant.length > 0 && <div>{t('file.grant')} <RoleNames roles={entry.grant} /></div>}
                {entry.withdraw.length > 0 && <div>{t('file.withdraw')} <RoleNames roles={entry.withdraw} /></div>}
                {entry.note !== '' && <bdi>{entry.note}</bdi>}
              </>
            ),
          }))} />
          {file.hasMore && <Button onClick={file.more} loading={file.loading}>{t('file.more')}</Button>}
        </>
      )}</Shown>
    </section>
  );
}
