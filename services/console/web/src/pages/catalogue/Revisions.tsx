// SPDX-License-Identifier: Apache-2.0
// The published revisions of an entry, and what differs between two of them.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useCall, usePages } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Resource_State, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { ResourceDifference_Kind } from '@/gen/shareway/catalog/v1/revision_pb';
import { DiffTable, Shown, Status, Timeline, type TimelineEvent } from '@/ui';
import { useText, useValueWord } from './texts';

// What GetResource shows is the working copy, for whoever may see it.
const WORKING = [Resource_State.DRAFT, Resource_State.SUBMITTED, Resource_State.APPROVED, Resource_State.RETURNED];

export function Revisions(props: { entry: Resource }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const { entry } = props;
  const revisions = usePages(CatalogService.method.listResourceRevisions, { name: entry.name, pageSize: 100 },
    (answer) => answer.revisions);
  return (
    <section aria-labelledby="revisions">
      <h2 id="revisions">{t('resource.revisions')}</h2>
      <Shown read={revisions}>
        {(rows) => (
          <Timeline label={t('resource.revisions')} events={rows.flatMap((one): TimelineEvent[] => [
            ...one.stateChanges.map((change, i) => ({
              key: `${one.revision} ${i}`, title: word('state', Resource_State[change.state]), by: change.changedBy,
              at: change.changeTime === undefined ? undefined : timestampDate(change.changeTime), text: <bdi>{change.reason}</bdi>,
            })).reverse(),
            { key: String(one.revision), title: `${t('resource.revisionOf', { number: one.revision })} ${t('resource.published')}`,
              at: one.publishTime === undefined ? undefined : timestampDate(one.publishTime), by: one.publishedBy,
              text: (
                <>
                  <bdi>{one.changeReason}</bdi>
                  {one.narrowings.map((narrowing) => (
                    <div key={`${narrowing.field} ${narrowing.id} ${narrowing.kind}`}>
                      <Status tone="warn">{t('resource.narrows')} <bdi>{narrowing.text}</bdi></Status>
                    </div>
                  ))}
                </>
              ) },
          ])} />
        )}
      </Shown>
      <Compare entry={entry} working={WORKING.includes(entry.state)} />
    </section>
  );
}

function Compare(props: { entry: Resource; working: boolean }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const { entry } = props;
  const count = entry.revision;
  const [to, setTo] = useState(props.working ? 0 : count);
  const [from, setFrom] = useState(props.working ? count : count - 1);
  const options = Array.from({ length: count }, (_, i) => count - i)
    .map((value) => ({ value, label: t('resource.revisionOf', { number: value }) }));
  const possible = from > 0 && from !== to;
  const diff = useCall(CatalogService.method.diffResourceRevisions,
    { name: entry.name, fromRevision: from, toRevision: to }, { when: possible });
  if (count < 2 && !props.working) return null;
  return (
    <>
      <h3>{t('resource.compare')}</h3>
      <div className="sw-row">
        <label>{t('resource.from')} <Select value={from} options={options} onChange={setFrom} aria-label={t('resource.from')} /></label>
        <label>{t('resource.to')} <Select value={to} onChange={setTo} aria-label={t('resource.to')}
          options={props.working ? [{ value: 0, label: t('resource.working') }, ...options] : options} /></label>
      </div>
      {possible && (
        <Shown read={diff}>
          {(answer) => (answer.differences.length === 0 ? <p>{t('resource.same')}</p> : (
            <DiffTable caption={t('resource.compare')} columns={[t('resource.before'), t('resource.after')]}
              rows={answer.differences.map((one) => ({
                key: `${one.field} ${one.id} ${one.subfield}`,
                label: (
                  <>
                    <code>{[one.field, one.id, one.subfield].filter((part) => part !== '').join('.')}</code>{' '}
                    {word('difference', ResourceDifference_Kind[one.kind])}
                    {one.narrows && <> <Status tone="warn">{t('resource.narrows')}</Status></>}
                  </>
                ),
                values: [one.kind === ResourceDifference_Kind.ADDED ? undefined : one.before,
                         one.kind === ResourceDifference_Kind.REMOVED ? undefined : one.after],
              }))} />
          ))}
        </Shown>
      )}
    </>
  );
}
