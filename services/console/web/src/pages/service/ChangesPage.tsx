// SPDX-License-Identifier: Apache-2.0
// Changes and ends of services that the person's agency proposed, is consulted on, or is in charge of.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { ServiceChange_Kind as Kind, ServiceChange_State as State } from '@/gen/shareway/sharing/v1/service_change_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const STATES = ['CONSULTING', 'FILED', 'IN_EFFECT', 'CHANGE_WITHDRAWN'] as const;

export function StateOf(props: { state: State }): ReactNode {
  const word = useWord();
  const tone = props.state === State.CONSULTING ? 'warn' : props.state === State.CHANGE_WITHDRAWN ? 'quiet' : 'plain';
  return <Status tone={tone}>{word('state', State[props.state])}</Status>;
}

export default function ChangesPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const may = useMay();
  const [asked, setAsked] = useUrlText('state');
  const state = STATES.find((one) => one === asked);
  const changes = usePages(GrantService.method.listServiceChanges, { pageSize: 100, ...(state === undefined ? {} : { state: State[state] }) },
    (r) => r.serviceChanges, { poll: LIVE });
  return (
    <Page title={t('changes.title')} updated={changes.updated} onReload={changes.reload} loading={changes.loading}
      actions={may(GrantService.method.proposeServiceChange) && (
        <Button type="primary" onClick={() => void go('/service-changes/new')}>{t('changes.new')}</Button>)}>
      <ChoiceField label={t('field.state')} name="state" value={state ?? ''} set={setAsked}
        choices={[{ value: '', label: t('all') }, ...STATES.map((one) => ({ value: one, label: t(`state.${one}`) }))]} />
      <Shown read={changes}>
        {(rows) => (
          <DataTable caption={t('changes.title')} rows={rows} rowKey={(one) => one.name} hasMore={changes.hasMore} onMore={changes.more}
            loading={changes.loading} empty={<p>{t('changes.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'name', title: t('changes.name'), render: (one) => <ObjectLink name={one.name} /> },
              { key: 'kind', title: t('field.kind'), render: (one) => word('kind', Kind[one.kind]) },
              { key: 'resource', title: t('field.resource'), render: (one) => <ObjectLink name={one.resource} /> },
              { key: 'provider', title: t('field.provider'), render: (one) => <AgencyName name={one.provider} /> },
              { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
              { key: 'due', title: t('changes.due'), render: (one) => (one.dueDate !== '' && one.state === State.CONSULTING ? <Clock due={one.dueDate} /> : null) },
              { key: 'effect', title: t('changes.effect'), render: (one) => format.day(one.effectDate) },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
