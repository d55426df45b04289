// SPDX-License-Identifier: Apache-2.0
// One request, decided: why it is asked, what is asked against the catalogue and former grants, and the acts.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useBackend, useCall, usePages } from '@/api';
import type { Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { Grant_State, type Grant } from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import {
  Decision_Ground, Decision_Verdict, SharingRequest_State as State, type Scope, type SharingRequest,
} from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { AgencyName, DiffTable, DraftKeeper, ErrorPanel, Facts, ObjectLink, Page, Shown, Status, useDraft, type DiffRow } from '@/ui';
import { TextField } from '@/ui/TextField';
import { DecideActs } from './Acts';
import { DueOf } from './InboxPage';
import { START, type Desk } from './desk';
import { useText, useWord } from './texts';

export default function DecisionPage(): ReactNode {
  const t = useText();
  const name = `requests/${useParams()['id'] ?? ''}`;
  const read = useCall(RequestService.method.getRequest, { name }, { poll: LIVE });
  return (
    <Page title={name} updated={read.updated} onReload={read.reload} loading={read.loading}
      crumbs={[{ label: t('list.title'), to: '/inbox' }]}>
      <Shown read={read}>{(request) => <One request={request} onReload={read.reload} />}</Shown>
    </Page>
  );
}

function One(props: { request: SharingRequest; onReload: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { request, onReload } = props;
  const { decision, scope } = request;
  const backend = useBackend();
  const draft = useDraft<Desk>('decide', START);
  const resource = useCall(CatalogService.method.getResource, { name: request.resource, revision: request.resourceRevision },
    { when: request.resource !== '' });
  const grants = usePages(GrantService.method.listGrants, { pageSize: 1000, state: Grant_State.ACTIVE, resource: request.resource }, (r) => r.grants);
  const before = (grants.data ?? []).filter((one) => one.consumer === request.consumer);
  const entry = resource.data;
  const can = (action: string): boolean => request.availableActions.includes(action);
  const reducible = can('DecideRequest') && scope !== undefined;
  const label = (id: string): string => {
    const found = entry?.items.find((item) => item.id === id);
    return found === undefined ? id : `${found.name} (${id})`;
  };
  return (
    <>
      <section aria-labelledby="why">
        <h2 id="why">{t('why')}</h2>
        <Facts rows={[
          [t('field.state'), <Status key="s" tone="plain">{word('state', State[request.state])}</Status>],
          [t('field.due'), <DueOf key="d" request={request} />],
          [t('field.consumer'), <AgencyName key="c" name={request.consumer} />],
          [t('field.resource'), <ObjectLink key="r" name={request.resource}>{entry?.title ?? request.resource}</ObjectLink>],
          [t('field.basis'), request.legalBasis],
          [t('field.scenario'), request.scenario],
          [t('field.profile'), request.profile],
          [t('field.article'), request.article],
          [t('field.request'), <ObjectLink key="q" name={request.name} />],
        ]} />
      </section>
      <section aria-labelledby="scope">
        <h2 id="scope">{t('scope')}</h2>
        {entry === undefined && resource.error !== undefined && <p role="status">{t('catalogueAway')}</p>}
        <ErrorPanel error={resource.error} onReload={resource.reload} />
        {before.length === 0 && !grants.loading && <p>{t('noBefore')}</p>}
        {scope !== undefined && (
          <Compared scope={scope} entry={entry} before={before} label={label}
            proposed={reducible ? { ...scope, items: scope.items.filter((item) => draft.value.cuts[item] === undefined) }
              : decision?.verdict === Decision_Verdict.REFUSE ? undefined : decision?.scope ?? scope} />
        )}
        <DraftKeeper draft={draft} />
        {reducible && scope.items.map((item) => {
          const cut = draft.value.cuts[item];
          const put = (reason: string | undefined): void => draft.set((old) => {
            const { [item]: _, ...rest } = old.cuts;
            return { ...old, cuts: reason === undefined ? rest : { ...rest, [item]: reason } };
          });
          return (
            <div key={item}>
              <Checkbox checked={cut === undefined} onChange={(event) => put(event.target.checked ? undefined : '')}>
                {t('keep', { item: label(item) })}
              </Checkbox>
              {cut !== undefined && (
                <TextField label={t('cutReason', { item: label(item) })} name={`cut.${item}`} value={cut} set={put} max={500} required />
              )}
            </div>
          );
        })}
      </section>
      {decision !== undefined && (
        <section aria-labelledby="decision">
          <h2 id="decision">{t('decision.title')}</h2>
          <Facts rows={[
            [t('decision.verdict'), word('verdict', Decision_Verdict[decision.verdict])],
            [t('field.reason'), decision.reason],
            [t('act.ground'), decision.ground === Decision_Ground.GROUND_UNSPECIFIED ? '' : word('ground', Decision_Ground[decision.ground])],
            [t('act.condition'), decision.condition],
            [t('act.citation'), decision.citation],
            ...decision.cuts.map(({ subject, reason }) => [t('decision.cut', { subject: label(subject) }), reason] as const),
          ]} />
        </section>
      )}
      <DecideActs request={request} draft={draft} onReload={onReload} conditions={entry?.conditions ?? []} 
        decided={async () => decidedOf(await backend.call(RequestService.method.getRequest, { name: request.name }))} />
    </>
  );
}

/** Who acted last, for whom comes too late. */
function decidedOf(request: SharingRequest): { by: string; at: Date | undefined } | undefined {
  const last = request.steps.at(-1);
  if (last === undefined) return undefined;
  return { by: last.actor, at: last.time === undefined ? undefined : timestampDate(last.time) };
}

// Field by field: what is asked, what the catalogue offers, what was granted, what is proposed.
function Compared(props: {
  scope: Scope; entry: Resource | undefined; before: readonly Grant[];
  /** Undefined: nothing, it is refused. */
  proposed: Scope | undefined; label: (id: string) => string;
}): ReactNode {
  const t = useText();
  const word = useWord();
  const { scope, entry, before, proposed } = props;
  const purposes = (all: readonly Purpose[]): string => all.map((one) => word('purpose', Purpose[one])).join(', ');
  const methods = (all: readonly Method[]): string => all.map((one) => word('method', Method[one])).join(', ');
  const rowsOf = (of: Scope | Grant): string => [
    ...of.rowFilter.map(({ item, operator, value }) => t(operator === Condition_Operator.PREFIX ? 'filter.PREFIX' : 'filter.EQUALS', { item, value })),
    ...(of.rowExpression === '' ? [] : [of.rowExpression])].join('; ') || t('allRows');
  const limit = (value: bigint): string => (value === 0n ? t('unlimited') : value.toString());
  const had = (tell: (grant: Grant) => string): string | undefined =>
    (before.length === 0 ? undefined : [...new Set(before.map(tell))].join(' / '));
  const has = (there: boolean, masked: boolean): string | undefined => (there ? t(masked ? 'masked' : 'yes') : undefined);
  const rows: DiffRow[] = scope.items.map((item) => ({
    key: item, label: <bdi>{props.label(item)}</bdi>, values: [
      has(true, scope.maskedItems.includes(item)),
      has(entry?.items.some(({ id }) => id === item) ?? false, false),
      has(before.some(({ items }) => items.includes(item)),
        before.filter(({ items }) => items.includes(item)).every((one) => one.maskedItems.includes(item))),
      has(proposed?.items.includes(item) ?? false, proposed?.maskedItems.includes(item) ?? false)],
  }));
  const part = (key: string, title: string, tell: (of: Scope) => string, offered?: string, granted?: string): void => {
    rows.push({ key, label: title, values: [tell(scope), offered, granted, proposed === undefined ? undefined : tell(proposed)] });
  };
  part('rows', t('part.rows'), rowsOf, undefined, had(rowsOf));
  part('purposes', t('part.purposes'), (of) => purposes(of.purposes), undefined, had((one) => purposes(one.purposes)));
  part('methods', t('part.methods'), (of) => methods(of.methods), entry === undefined ? undefined : methods(entry.methods),
    had((one) => methods(one.methods)));
  part('period', t('part.period'), (of) => `${of.startDate} – ${of.endDate}`);
  part('calls', t('part.calls'), (of) => limit(of.dayCalls), undefined, had((one) => limit(one.dayQuota)));
  part('lines', t('part.lines'), (of) => limit(of.dayRows), undefined, had((one) => limit(one.dayRows)));
  part('bytes', t('part.bytes'), (of) => limit(of.dayBytes), undefined, had((one) => limit(one.dayBytes)));
  return <DiffTable caption={t('scope')} columns={[t('asked'), t('catalogue'), t('before'), t('proposed')]} rows={rows} />;
}
