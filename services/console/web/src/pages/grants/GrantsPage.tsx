// SPDX-License-Identifier: Apache-2.0
// The grants that the person's agency is a party to, or that its authority is in charge of.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, namesOf, usePages } from '@/api';
import { Grant_State, type Grant } from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { Side } from '@/gen/shareway/sharing/v1/side_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, DataTable, ObjectLink, objectPath, Page, Shown, Status, useUrlText, type Tone } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const SOON = 30 * 86_400_000;
// The law's day is Shanghai's, eight hours ahead.
const dayOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);

/** The last instant of a period, whose end is the first one after it. */
export const lastOf = (grant: Grant): Date | undefined =>
  (grant.endTime === undefined ? undefined : new Date(timestampDate(grant.endTime).getTime() - 1));

export function StateOf(props: { state: Grant_State }): ReactNode {
  const word = useWord();
  const tones: Partial<Record<Grant_State, Tone>> = {
    [Grant_State.ACTIVE]: 'good', [Grant_State.SUSPENDED]: 'warn', [Grant_State.PENDING_TERMS]: 'warn',
    [Grant_State.DISPOSAL_DUE]: 'warn', [Grant_State.REVOKED]: 'bad',
  };
  return <Status tone={tones[props.state] ?? 'quiet'}>{word('state', Grant_State[props.state])}</Status>;
}

export default function GrantsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const [side, setSide] = useUrlText('side');
  const [state, setState] = useUrlText('state');
  const [soon, setSoon] = useUrlText('soon');
  const wanted = Object.values(Grant_State).find((one) => typeof one === 'number' && Grant_State[one] === state);
  const [resource, setResource] = useUrlText('resource');
  // Live ones that end soon: whose last day is one of the next thirty.
  const inState = typeof wanted === 'number' ? wanted : soon === '' ? Grant_State.STATE_UNSPECIFIED : Grant_State.ACTIVE;
  const grants = usePages(GrantService.method.listGrants, {
    pageSize: 100, state: inState, resource: resource.trim(),
    side: side === 'consumer' ? Side.AS_CONSUMER : side === 'provider' ? Side.AS_PROVIDER : Side.SIDE_UNSPECIFIED,
    beforeDate: soon === '' ? '' : dayOf(Date.now() + SOON),
  }, (r) => r.grants, { poll: LIVE });
  const now = (grants.updated ?? new Date()).getTime();
  const ends = (grant: Grant): boolean => {
    const last = lastOf(grant)?.getTime();
    return grant.state === Grant_State.ACTIVE && last !== undefined && last - now < SOON;
  };
  const states = namesOf(Grant_State);
  return (
    <Page title={t('list.title')} updated={grants.updated} onReload={grants.reload} loading={grants.loading}>
      <div className="sw-row">
        <ChoiceField label={t('list.side')} name="side" value={side} set={setSide} choices={[
          { value: '', label: t('list.all') }, { value: 'consumer', label: t('list.consumer') },
          { value: 'provider', label: t('list.provider') }]} />
        <ChoiceField label={t('list.state')} name="state" value={state} set={setState} choices={[
          { value: '', label: t('list.all') }, ...states.map((value) => ({ value, label: word('state', value) }))]} />
        <ResourceField label={t('field.resource')} name="resource" value={resource} error={grants.error} set={setResource} />
        <Checkbox checked={soon !== ''} onChange={(event) => setSoon(event.target.checked ? '1' : '')}>{t('list.soon')}</Checkbox>
      </div>
      <Shown read={grants}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(grant) => grant.name}
            hasMore={grants.hasMore} onMore={grants.more} loading={grants.loading} empty={<p>{t('list.none')}</p>}
            onOpen={(grant) => void go(objectPath(grant.name))}
            columns={[
              { key: 'name', title: t('list.name'), render: (grant) => <ObjectLink name={grant.name} /> },
              { key: 'resource', title: t('field.resource'), render: (grant) => <ObjectLink name={grant.resource} /> },
              { key: 'consumer', title: t('field.consumer'), render: (grant) => <AgencyName name={grant.consumer} /> },
              { key: 'provider', title: t('field.provider'), render: (grant) => <AgencyName name={grant.provider} /> },
              { key: 'state', title: t('field.state'), render: (grant) => <StateOf state={grant.state} /> },
              { key: 'end', title: t('field.end'), render: (grant) => (ends(grant)
                ? <Status tone="warn">{format.date(lastOf(grant))}</Status> : format.date(lastOf(grant))) },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
