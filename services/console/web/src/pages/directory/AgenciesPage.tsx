// SPDX-License-Identifier: Apache-2.0
// All agencies of the directory: who provides, who consumes, under which authority.
import { Button, Input } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { type Agency, Standing } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { DataTable, Field, ObjectLink, Page, Shown, objectPath, saveCsv, useUrlText } from '@/ui';
import { StandingStatus } from './standing';
import { useText } from './texts';
import { levelKey, kindKey } from './words';

export default function AgenciesPage(): ReactNode {
  const t = useText();
  const open = useNavigate();
  const [query, setQuery] = useUrlText('q');
  const [standing, setStanding] = useUrlText('standing');
  const agencies = usePages(DirectoryService.method.listAgencies, { pageSize: 1000 },
    (answer) => answer.agencies, { poll: LIVE });
  const meant = query.trim().toLowerCase();
  const match = (agency: Agency): boolean =>
    (standing === '' || Standing[agency.standing] === standing) &&
    [agency.displayName, agency.name, agency.division, agency.authority]
      .some((text) => text.toLowerCase().includes(meant));
  const head = [t('agency.name'), t('agency.code'), t('agency.kind'), t('agency.level'),
    t('agency.division'), t('agency.authority'), t('agency.standing')];
  const save = (rows: readonly Agency[]): void => saveCsv(t('agencies.title'), head, rows.map((one) => [
    one.displayName, one.name.slice('agencies/'.length), t(kindKey(one.kind)), t(levelKey(one.level)),
    one.division, one.authority, Standing[one.standing] ?? '',
  ]));
  return (
    <Page title={t('agencies.title')} updated={agencies.updated} onReload={agencies.reload}
      loading={agencies.loading}>
      <div className="sw-row">
        <Field label={t('agencies.find')} name="q">{(control) => (
          <Input {...control} type="search" value={query} onChange={(event) => setQuery(event.target.value)} />
        )}</Field>
        <Field label={t('agency.standing')} name="standing">{({ status: _, ...control }) => (
          <select {...control} value={standing} onChange={(event) => setStanding(event.target.value)}>
            <option value="">{t('all')}</option>
            <option value="ACTIVE">{t('standing.active')}</option>
            <option value="STANDING_SUSPENDED">{t('standing.suspended')}</option>
            <option value="RETIRED">{t('standing.retired')}</option>
          </select>
        )}</Field>
      </div>
      <Shown read={agencies}>{(rows) => {
        const shown = rows.filter(match);
        return (
          <>
            <DataTable<Agency> caption={t('agencies.title')} rows={shown} rowKey={(agency) => agency.name}
              hasMore={agencies.hasMore} onMore={agencies.more} loading={agencies.loading}
              onOpen={(agency) => void open(objectPath(agency.name))}
              columns={[
                { key: 'name', title: t('agency.name'),
                  render: (agency) => <ObjectLink name={agency.name}>{agency.displayName}</ObjectLink> },
                { key: 'code', title: t('agency.code'),
                  render: (agency) => <code>{agency.name.slice('agencies/'.length)}</code> },
                { key: 'kind', title: t('agency.kind'), render: (agency) =>
                  t(kindKey(agency.kind)) },
                { key: 'level', title: t('agency.level'), render: (agency) =>
                  t(levelKey(agency.level)) },
                { key: 'division', title: t('agency.division'), render: (agency) => agency.division },
                { key: 'authority', title: t('agency.authority'),
                  render: (agency) => <bdi>{agency.authority}</bdi> },
                { key: 'standing', title: t('agency.standing'),
                  render: (agency) => <StandingStatus standing={agency.standing} /> },
              ]} />
            <Button onClick={() => save(shown)}>{t('saveCsv')}</Button>
          </>
        );
      }}</Shown>
    </Page>
  );
}
