// SPDX-License-Identifier: Apache-2.0
// Entries that wait for the department head or for the authority.
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { useMay, usePerson } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, objectPath, Page, Shown } from '@/ui';
import { ClassOf } from './SearchPage';
import { useText } from './texts';

export default function ApprovalsPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const { agency } = usePerson();
  const { approveResource, publishResource } = CatalogService.method;
  return (
    <Page title={t('approvals.title')}>
      {may(approveResource) && <Waiting title={t('approvals.head')} state={Resource_State.SUBMITTED} provider={agency} />}
      {may(publishResource) && <Waiting title={t('approvals.authority')} state={Resource_State.APPROVED} provider="" />}
    </Page>
  );
}

function Waiting(props: { title: string; state: Resource_State; provider: string }): ReactNode {
  const t = useText();
  const go = useNavigate();
  const entries = usePages(CatalogService.method.listResources,
    { state: props.state, provider: props.provider, pageSize: 50 }, (answer) => answer.resources, { poll: LIVE });
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      <Shown read={entries}>
        {(rows) => (
          <DataTable<Resource> caption={props.title} rows={rows} rowKey={(entry) => entry.name}
            onOpen={(entry) => void go(objectPath(entry.name))}
            hasMore={entries.hasMore} onMore={entries.more} loading={entries.loading} empty={<p>{t('approvals.none')}</p>}
            columns={[
              { key: 'title', title: t('field.title'), render: (entry) => <ObjectLink name={entry.name}>{entry.title}</ObjectLink> },
              { key: 'code', title: t('field.code'), render: (entry) => entry.code },
              { key: 'provider', title: t('field.provider'), render: (entry) => <AgencyName name={entry.provider} /> },
              { key: 'class', title: t('field.shareClass'), render: (entry) => <ClassOf value={entry.shareClass} /> },
              { key: 'reason', title: t('field.changeReason'), render: (entry) => <bdi>{entry.changeReason}</bdi> },
            ]} />
        )}
      </Shown>
    </section>
  );
}
