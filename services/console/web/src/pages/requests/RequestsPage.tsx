// SPDX-License-Identifier: Apache-2.0
// The requests that the person may read, by state, with the clock of each.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, namesOf, usePages } from '@/api';
import { ListRequestsRequest_View as View } from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SharingRequest_State as State, type SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { Side } from '@/gen/shareway/sharing/v1/side_pb';
import { useMay } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText, type Tone } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const SIDES = ['AS_CONSUMER', 'AS_PROVIDER'] as const;
const VIEWS = ['MINE', 'DUE', 'OVERDUE', 'WAITING'] as const;
export const STATES = namesOf(State);

const TONES: Readonly<Partial<Record<State, Tone>>> = {
  [State.APPROVED]: 'good', [State.REFUSED]: 'bad', [State.WITHDRAWN]: 'quiet', [State.DRAFT]: 'quiet', [State.NEEDS_SUPPLEMENT]: 'warn',
};

export function StateOf(props: { state: State }): ReactNode {
  const word = useWord();
  return <Status tone={TONES[props.state] ?? 'plain'}>{word('state', State[props.state])}</Status>;
}

/** The clock that runs: of the supplement, the authority's check, the provider's reply, or the supply. */
export function DueOf(props: { request: SharingRequest }): ReactNode {
  const t = useText();
  const { request } = props;
  const clock = (due: string, more: object = {}): ReactNode => (due === '' ? null : <Clock due={due} {...more} />);
  const left = { daysLeft: request.workingDaysLeft, provisional: request.dueProvisional };
  switch (request.state) {
    case State.AUTHORITY_CHECK: return clock(request.checkDueDate, left);
    case State.IN_REVIEW: case State.DECIDED: return clock(request.dueDate, left);
    case State.NEEDS_SUPPLEMENT:
      return (
        <>
          {clock(request.supplement?.dueDate ?? '')}
          {clock(request.dueDate, { state: 'paused', reason: t('clock.supplement') })}
        </>
      );
    case State.APPROVED: return clock(request.supply?.confirmTime === undefined ? request.supply?.dueDate ?? '' : '');
    default: return null;
  }
}

export default function RequestsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const may = useMay();
  const [askedView, setView] = useUrlText('view');
  const [askedState, setState] = useUrlText('state');
  const [askedSide, setSide] = useUrlText('side');
  const [text, setText] = useUrlText('q');
  const [resource, setResource] = useUrlText('resource');
  const side = SIDES.find((one) => one === askedSide);
  const view = VIEWS.find((one) => one === askedView);
  const state = STATES.find((one) => one === askedState);
  const requests = usePages(RequestService.method.listRequests, {
    pageSize: 100, text: text.trim(), resource: resource.trim(), ...(side === undefined ? {} : { side: Side[side] }),
    ...(view === undefined ? {} : { view: View[view] }),
    ...(state === undefined ? {} : { state: State[state as keyof typeof State] }),
  }, (r) => r.requests, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={requests.updated} onReload={requests.reload} loading={requests.loading}
      actions={may(RequestService.method.createRequest) && (
        <Button type="primary" onClick={() => void go('/requests/new')}>{t('list.new')}</Button>)}>
      <div className="sw-row">
        <ChoiceField label={t('list.view')} name="view" value={view ?? ''} set={setView}
          choices={[{ value: '', label: t('list.all') }, ...VIEWS.map((one) => ({ value: one, label: t(`view.${one}`) }))]} />
        <ChoiceField label={t('field.state')} name="state" value={state ?? ''} set={setState}
          choices={[{ value: '', label: t('list.all') }, ...STATES.map((one) => ({ value: one, label: word('state', one) }))]} />
        <ChoiceField label={t('list.side')} name="side" value={side ?? ''} set={setSide}
          choices={[{ value: '', label: t('list.all') }, ...SIDES.map((one) => ({ value: one, label: t(`side.${one}`) }))]} />
        <TextField label={t('list.text')} name="text" value={text} error={requests.error} max={100} set={setText} />
        <ResourceField label={t('field.resource')} name="resource" value={resource} error={requests.error} set={setResource} />
      </div>
      <Shown read={requests}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={requests.hasMore}
            onMore={requests.more} loading={requests.loading} empty={<p>{t('list.none')}</p>}
            onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'name', title: t('list.name'), render: (one) => <ObjectLink name={one.name} /> },
              { key: 'resource', title: t('field.resource'), render: (one) => <ObjectLink name={one.resource} /> },
              { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'provider', title: t('field.provider'), render: (one) => <AgencyName name={one.provider} /> },
              { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
              { key: 'due', title: t('field.due'), render: (one) => <DueOf request={one} /> },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
