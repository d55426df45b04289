// SPDX-License-Identifier: Apache-2.0
// One grant: what it allows, what it rests on, how it ends, and what the person may do with it now.
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall, usePages, type Read } from '@/api';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { Grant_State, type Grant, type RevokeGrantResponse } from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { OfflineDelivery_Medium } from '@/gen/shareway/sharing/v1/offline_delivery_pb';
import { ServiceChange_Kind, ServiceChange_State } from '@/gen/shareway/sharing/v1/service_change_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, Clock, DataTable, Facts, ObjectLink, Page, Shown, Status } from '@/ui';
import { GrantActions } from './Actions';
import { DisposalPart } from './Disposal';
import { lastOf, StateOf } from './GrantsPage';
import { useText, useWord } from './texts';

const OVER = [Grant_State.REVOKED, Grant_State.EXPIRED, Grant_State.ENDED, Grant_State.DISPOSAL_DUE, Grant_State.DISPOSED];

export default function GrantPage(): ReactNode {
  const t = useText();
  const name = `grants/${useParams()['id'] ?? ''}`;
  const read = useCall(GrantService.method.getGrant, { name }, { poll: LIVE });
  return (
    <Page title={name} updated={read.updated} onReload={read.reload} loading={read.loading}
      crumbs={[{ label: t('list.title'), to: '/grants' }]}>
      <Shown read={read}>{(grant) => <One grant={grant} read={read} />}</Shown>
    </Page>
  );
}

function One(props: { grant: Grant; read: Read<Grant> }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const [revoked, setRevoked] = useState<RevokeGrantResponse>();
  const { grant, read } = props;
  const limit = (value: bigint): string => (value === 0n ? t('unlimited') : format.number(value));
  const linked = (name: string): ReactNode => (name === '' ? '' : <ObjectLink name={name} />);
  return (
    <>
      <GrantActions grant={grant} onChanged={read.reload} onRevoked={setRevoked} />
      {revoked !== undefined && <Reached answer={revoked} />}
      <section aria-labelledby="scope">
        <h2 id="scope">{t('scope')}</h2>
        <Facts rows={[
          [t('field.state'), <StateOf key="s" state={grant.state} />],
          [t('field.why'), grant.endedReason],
          [t('field.notice'), linked(grant.notice)],
          [t('field.terms'), grant.terms.join('\n')],
          [t('field.resource'), linked(grant.resource)],
          [t('field.revision'), format.number(grant.resourceRevision)],
          [t('field.consumer'), <AgencyName key="c" name={grant.consumer} />],
          [t('field.provider'), <AgencyName key="p" name={grant.provider} />],
          [t('field.items'), grant.items.join(', ')],
          [t('field.masked'), grant.maskedItems.join(', ')],
          [t('field.rows'), <Rows key="r" grant={grant} />],
          [t('field.purposes'), grant.purposes.map((one) => word('purpose', Purpose[one])).join(', ')],
          [t('field.methods'), grant.methods.map((one) => word('method', Method[one])).join(', ')],
          [t('field.start'), format.time(grant.startTime)],
          [t('field.end'), format.date(lastOf(grant))],
          [t('field.askedEnd'), format.day(grant.askedEndDate)],
          [t('field.askedReason'), grant.askedReason],
          [t('field.caseRequired'), t(grant.caseRequired ? 'required' : 'notRequired')],
          [t('field.third'), grant.thirdParties.length === 0 ? ''
            : <>{grant.thirdParties.map((one) => <div key={one}><AgencyName name={one} /></div>)}</>],
        ]} />
        <p>{t('callers')}</p>
      </section>
      <section aria-labelledby="quota">
        <h2 id="quota">{t('quota')}</h2>
        <Facts rows={[
          [t('field.dayCalls'), limit(grant.dayQuota)],
          [t('field.dayRows'), limit(grant.dayRows)],
          [t('field.dayBytes'), grant.dayBytes === 0n ? t('unlimited') : format.bytes(grant.dayBytes)],
        ]} />
      </section>
      {OVER.includes(grant.state) && <DisposalPart grant={grant.name} onChanged={read.reload} />}
      <section aria-labelledby="origin">
        <h2 id="origin">{t('origin')}</h2>
        <Facts rows={[
          [t('field.rule'), grant.rule],
          [t('field.created'), format.time(grant.createTime)],
          [t('field.request'), linked(grant.request)],
          [t('field.dispute'), linked(grant.dispute)],
          [t('field.consent'), grant.standingConsent],
          [t('field.returnRequest'), grant.returnRequest],
          [t('field.evidence'), t(grant.decision === undefined ? 'unsigned' : 'signed')],
        ]} />
      </section>
      <Changes resource={grant.resource} />
      <Offline grant={grant.name} />
    </>
  );
}

/** The rows that may leave, in words. */
function Rows(props: { grant: Grant }): ReactNode {
  const t = useText();
  const { rowFilter, rowExpression } = props.grant;
  if (rowFilter.length === 0 && rowExpression === '') return t('allRows');
  return (
    <ul>
      {rowFilter.map(({ item, operator, value }) => (
        <li key={`${item} ${operator} ${value}`}>
          <bdi>{t(operator === Condition_Operator.PREFIX ? 'filter.PREFIX' : 'filter.EQUALS', { item, value })}</bdi>
        </li>
      ))}
      {rowExpression !== '' && <li><bdi>{t('expression', { text: rowExpression })}</bdi></li>}
    </ul>
  );
}

/** What a revocation reached, as its answer said. */
function Reached(props: { answer: RevokeGrantResponse }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { confirmedNodes, deadTime } = props.answer;
  return (
    <section aria-labelledby="reached" role="status" className="sw-card">
      <h2 id="reached">{t('reached.title')}</h2>
      <Facts rows={[
        [t('reached.confirmed'), confirmedNodes.length === 0 ? t('reached.none')
          : <>{confirmedNodes.map((node) => <div key={node}><bdi>{node}</bdi></div>)}</>],
        [t('reached.dead'), format.time(deadTime)],
      ]} />
      <p>{t('reached.kept')}</p>
    </section>
  );
}

// Changes of service of the grant's resource, among those that the person's agency is a party to.
function Changes(props: { resource: string }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const changes = usePages(GrantService.method.listServiceChanges, { pageSize: 200 }, (r) => r.serviceChanges, { poll: LIVE });
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{t('changes.title')}</h2>
      <Shown read={changes}>
        {(rows) => (
          <DataTable caption={t('changes.title')} rows={rows.filter(({ resource }) => resource === props.resource)}
            rowKey={(change) => change.name} hasMore={changes.hasMore} onMore={changes.more} loading={changes.loading}
            empty={<p>{t('changes.none')}</p>}
            columns={[
              { key: 'name', title: t('changes.name'), render: (change) => <bdi>{change.name}</bdi> },
              { key: 'kind', title: t('changes.kind'), render: (change) => word('changeKind', ServiceChange_Kind[change.kind]) },
              { key: 'state', title: t('changes.state'), render: (change) => (
                <Status tone={change.state === ServiceChange_State.CONSULTING ? 'warn' : 'quiet'}>
                  {word('changeState', ServiceChange_State[change.state])}</Status>) },
              { key: 'effect', title: t('changes.effect'), render: (change) => format.day(change.effectDate) },
              { key: 'due', title: t('changes.due'), render: (change) => (change.dueDate === '' ? '' : <Clock due={change.dueDate} />) },
              { key: 'reason', title: t('changes.reason'), render: (change) => <bdi>{change.reason}</bdi> },
            ]} />
        )}
      </Shown>
    </section>
  );
}

function Offline(props: { grant: string }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const handed = usePages(GrantService.method.listOfflineDeliveries, { pageSize: 50, grant: props.grant },
    (r) => r.offlineDeliveries, { poll: LIVE });
  return (
    <section aria-labelledby="offline">
      <h2 id="offline">{t('offline.title')}</h2>
      <Shown read={handed}>
        {(rows) => (
          <DataTable caption={t('offline.title')} rows={rows} rowKey={(one) => one.name} hasMore={handed.hasMore}
            onMore={handed.more} loading={handed.loading} empty={<p>{t('offline.none')}</p>}
            columns={[
              { key: 'label', title: t('offline.label'), render: (one) => <bdi>{one.label}</bdi> },
              { key: 'medium', title: t('offline.medium'), render: (one) => word('medium', OfflineDelivery_Medium[one.medium]) },
              { key: 'count', title: t('offline.count'), number: true, render: (one) => (one.recordCount === 0n ? '' : format.number(one.recordCount)) },
              { key: 'date', title: t('offline.date'), render: (one) => format.day(one.deliveryDate) },
              { key: 'giver', title: t('offline.giver'), render: (one) => <bdi>{one.giver}</bdi> },
              { key: 'receiver', title: t('offline.receiver'), render: (one) => <bdi>{one.receiver}</bdi> },
            ]} />
        )}
      </Shown>
    </section>
  );
}
