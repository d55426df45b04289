// SPDX-License-Identifier: Apache-2.0
// Demands that the person's agency is a party to, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Demand_State as State, DemandService, type Demand } from '@/gen/shareway/sharing/v1/demand_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText, type Tone } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

export const STATES = ['OPEN', 'ROUTED', 'ACCEPTED', 'LINKED', 'DECLINED', 'WITHDRAWN'] as const;
const TONES: Readonly<Record<State, Tone>> = {
  [State.STATE_UNSPECIFIED]: 'plain', [State.OPEN]: 'warn', [State.ROUTED]: 'warn', [State.ACCEPTED]: 'plain', [State.LINKED]: 'good',
  [State.DECLINED]: 'bad', [State.WITHDRAWN]: 'quiet',
};

export function StateOf(props: { state: State }): ReactNode {
  const word = useWord();
  return <Status tone={TONES[props.state] ?? 'plain'}>{word('state', State[props.state])}</Status>;
}

export default function DemandsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const go = useNavigate();
  const [state, setState] = useUrlText('state');
  const wanted = STATES.find((one) => one === state);
  const demands = usePages(DemandService.method.listDemands, { pageSize: 50, ...(wanted === undefined ? {} : { state: State[wanted] }) },
    (r) => r.demands, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={demands.updated} onReload={demands.reload} loading={demands.loading}
      actions={may(DemandService.method.createDemand)
        && <Button type="primary" onClick={() => void go('/demands/new')}>{t('list.publish')}</Button>}>
      <p>{t('list.what')}</p>
      <ChoiceField label={t('list.state')} name="state" value={state} set={setState}
        choices={[{ value: '', label: t('list.all') }, ...STATES.map((value) => ({ value, label: t(`state.${value}`) }))]} />
      <Shown read={demands}>{(rows) => (
        <DataTable<Demand> caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={demands.hasMore} onMore={demands.more}
          loading={demands.loading} empty={<p>{t('list.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
          columns={[
            { key: 'title', title: t('list.name'), render: (one) => <ObjectLink name={one.name}>{one.title}</ObjectLink> },
            { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
            { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
            { key: 'provider', title: t('field.provider'), render: (one) => (one.provider === '' ? '' : <AgencyName name={one.provider} />) },
            { key: 'items', title: t('field.items'), render: (one) => t('items', { count: one.items.length }) },
            { key: 'time', title: t('list.time'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
