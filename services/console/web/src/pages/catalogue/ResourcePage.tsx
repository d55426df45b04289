// SPDX-License-Identifier: Apache-2.0
// One entry: what it is, its items and conditions, who uses it, how fresh it is, how it came to be,
// how to call it, and what the person may do with it now.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { LIVE, useCall, usePages, useWrite, type Read } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import {
  BasisLevel, Grading, ItemType, Resource_State, ResourceFormat, ShareClass, ShareCondition_Kind, UpdateCycle,
  type Item, type Resource,
} from '@/gen/shareway/catalog/v1/resource_pb';
import { Method } from '@/gen/shareway/evidence/v1/exchange_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ErrorPanel, Facts, ObjectLink, objectPath, Page, Shown, Status } from '@/ui';
import { ResourceActions } from './Actions';
import { CallExamples } from './CallExamples';
import { Revisions } from './Revisions';
import { ClassOf } from './SearchPage';
import { useText, useValueWord } from './texts';

export default function ResourcePage(): ReactNode {
  const t = useText();
  const name = `resources/${useParams()['id'] ?? ''}`;
  const read = useCall(CatalogService.method.getResource, { name }, { poll: LIVE });
  return (
    <Page title={read.data?.title ?? name} updated={read.updated} onReload={read.reload} loading={read.loading}
      crumbs={[{ label: t('search.title'), to: '/catalogue' }]}
      actions={read.data !== undefined && <Doors entry={read.data} />}>
      <Shown read={read}>
        {(entry) => (
          <Profile of={entry.profile}>
            <Entry entry={entry} read={read} />
          </Profile>
        )}
      </Shown>
    </Page>
  );
}

// What leads on from the entry for anybody who is admitted.
function Doors(props: { entry: Resource }): ReactNode {
  const t = useText();
  const may = useMay();
  const go = useNavigate();
  const follow = useWrite(CatalogService.method.subscribe);
  const [followed, setFollowed] = useState(false);
  const { entry } = props;
  const published = entry.state === Resource_State.PUBLISHED;
  return (
    <>
      {published && may(RequestService.method.createRequest) && (
        <Button type="primary" onClick={() => void go(`/requests/new?resource=${encodeURIComponent(entry.name)}`)}>
          {t('resource.ask')}
        </Button>
      )}
      {published && (
        <Button loading={follow.busy} disabled={followed} onClick={() => {
          void follow.run({ subscription: { target: { case: 'resource', value: entry.name } } })
            .then((made) => setFollowed(made !== undefined));
        }}>{t(followed ? 'resource.followed' : 'resource.follow')}</Button>
      )}
      {entry.availableActions.includes('UpdateResource') && (
        <Button onClick={() => void go(`${objectPath(entry.name)}/edit`)}>{t('resource.edit')}</Button>
      )}
      <ErrorPanel error={follow.error} />
    </>
  );
}

export function StateOf(props: { state: Resource_State }): ReactNode {
  const word = useValueWord();
  const tone = props.state === Resource_State.PUBLISHED ? 'good'
    : [Resource_State.WITHDRAWN, Resource_State.RETURNED].includes(props.state) ? 'bad'
      : props.state === Resource_State.SUSPENDED ? 'warn' : 'quiet';
  return <Status tone={tone}>{word('state', Resource_State[props.state])}</Status>;
}

function Entry(props: { entry: Resource; read: Read<Resource> }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const format = useFormat();
  const { entry } = props;
  const yes = (value: boolean): string => t(value ? 'resource.yes' : 'resource.no');
  return (
    <>
      <ResourceActions entry={entry} onChanged={props.read.reload} />
      <section aria-labelledby="overview">
        <h2 id="overview">{t('resource.overview')}</h2>
        <Facts rows={[
          [t('field.state'), <StateOf key="s" state={entry.state} />],
          [t('field.returnReason'), entry.returnReason],
          [t('field.code'), entry.code],
          [t('field.provider'), <AgencyName key="p" name={entry.provider} />],
          [t('field.abstract'), entry.abstract],
          [t('field.shareClass'), <ClassOf key="c" value={entry.shareClass} />],
          [t('field.notSharedReason'), entry.notSharedReason],
          [t('field.notSharedBasis'), entry.notSharedBasis
            .map((one) => `${word('level', BasisLevel[one.level])} ${one.title} ${one.article}`).join('\n')],
          [t('field.methods'), entry.methods.map((one) => word('method', Method[one])).join(', ')],
          [t('field.updateCycle'), word('update_cycle', UpdateCycle[entry.updateCycle])],
          [t('field.format'), `${word('format', ResourceFormat[entry.format])} ${entry.formatType}`],
          [t('field.promisedDays'), entry.promisedDays === 0 ? '' : format.number(entry.promisedDays)],
          [t('field.useCondition'), entry.useCondition],
          [t('field.open'), yes(entry.open)],
          [t('field.openCondition'), entry.openCondition],
          [t('field.keywords'), entry.keywords.join(' ')],
          [t('field.division'), entry.division],
          [t('field.contributors'), entry.contributors.length === 0 ? ''
            : <>{entry.contributors.map((one) => <div key={one}><AgencyName name={one} /></div>)}</>],
          [t('field.related'), entry.related.length === 0 ? '' : (
            <>{entry.related.map((code) => (
              <div key={code}><Link to={objectPath(`resources/${code.replace('/', '-')}`)}>{code}</Link></div>
            ))}</>
          )],
          [t('field.publishTime'), format.time(entry.publishTime)],
          [t('field.revision'), entry.revision === 0 ? '' : format.number(entry.revision)],
          [t('field.profile'), entry.profile],
        ]} />
      </section>
      <section aria-labelledby="items">
        <h2 id="items">{t('resource.items')} ({format.number(entry.items.length)})</h2>
        <Items entry={entry} />
      </section>
      {entry.conditions.length > 0 && (
        <section aria-labelledby="conditions">
          <h2 id="conditions">{t('resource.conditions')}</h2>
          <DataTable caption={t('resource.conditions')} rows={entry.conditions} rowKey={(one) => one.id}
            columns={[
              { key: 'id', title: t('condition.id'), render: (one) => one.id },
              { key: 'kind', title: t('condition.kind'), render: (one) => word('kind', ShareCondition_Kind[one.kind]) },
              { key: 'text', title: t('condition.text'), render: (one) => <bdi>{one.text}</bdi> },
              { key: 'values', title: t('condition.values'), render: (one) => one.values.join(', ') },
            ]} />
        </section>
      )}
      <Freshness entry={entry} />
      <Use resource={entry.name} />
      {entry.revision > 0 && <Revisions entry={entry} />}
      <CallExamples entry={entry} />
    </>
  );
}

function Items(props: { entry: Resource }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const { entry } = props;
  const marks = (item: Item): string => [
    item.key && t('item.key'), item.required && t('item.required'), item.personal && t('item.personal'),
    item.sensitive && t('item.sensitive'), item.basic && t('item.basic'),
  ].filter((mark) => mark !== false).join(', ');
  return (
    <DataTable<Item> caption={t('resource.items')} rows={entry.items} rowKey={(item) => item.id}
      columns={[
        { key: 'name', title: t('item.name'), render: (item) => <bdi>{item.name}</bdi> },
        { key: 'id', title: t('item.id'), render: (item) => <code>{item.id}</code> },
        { key: 'type', title: t('item.type'), render: (item) => word('type', ItemType[item.type]) },
        { key: 'length', title: t('item.length'), number: true, render: (item) => (item.length === 0 ? '' : item.length) },
        { key: 'class', title: t('item.shareClass'), render: (item) => (
          <ClassOf value={item.shareClass === ShareClass.SHARE_CLASS_UNSPECIFIED ? entry.declaredClass : item.shareClass} />
        ) },
        { key: 'grading', title: t('item.grading'), render: (item) => word('grading', Grading[item.grading]) },
        { key: 'flags', title: t('item.flags'), render: marks },
        { key: 'description', title: t('item.description'), render: (item) => <bdi>{item.description}</bdi> },
      ]} />
  );
}

function Freshness(props: { entry: Resource }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { entry } = props;
  if (entry.revision === 0) return null;
  return (
    <section aria-labelledby="freshness">
      <h2 id="freshness">{t('resource.freshness')}</h2>
      <Facts rows={[
        [t('resource.refreshed'), entry.refreshTime === undefined ? t('resource.never') : format.time(entry.refreshTime)],
        [t('resource.refreshDue'), format.date(entry.refreshDueTime)],
        [t('resource.reminders'), entry.staleReminders === 0 ? ''
          : <Status tone="warn">{format.number(entry.staleReminders)}</Status>],
      ]} />
    </section>
  );
}

// The grants over it that this person may see; who else uses it is told to the parties alone.
function Use(props: { resource: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const grants = usePages(GrantService.method.listGrants, { pageSize: 100, resource: props.resource }, (answer) => answer.grants);
  return (
    <section aria-labelledby="use">
      <h2 id="use">{t('resource.use')}</h2>
      <Shown read={grants}>
        {(rows) => (
          <DataTable caption={t('resource.use')} rows={rows} rowKey={(grant) => grant.name}
            hasMore={grants.hasMore} onMore={grants.more} loading={grants.loading}
            {...(grants.hasMore ? {} : { empty: <p>{t('resource.useNone')}</p> })}
            columns={[
              { key: 'grant', title: t('resource.useGrant'), render: (grant) => <ObjectLink name={grant.name} /> },
              { key: 'consumer', title: t('resource.useConsumer'), render: (grant) => <AgencyName name={grant.consumer} /> },
              { key: 'end', title: t('resource.useEnd'), render: (grant) => format.date(grant.endTime) },
            ]} />
        )}
      </Shown>
    </section>
  );
}
