// SPDX-License-Identifier: Apache-2.0
// Security incidents of the person's agency or authority, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { IncidentService, Incident_Severity as Severity, Incident_State as State } from '@/gen/shareway/sharing/v1/incident_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const STATES = ['REPORTED', 'HANDLING', 'CLOSED'] as const;

export function StateOf(props: { state: State }): ReactNode {
  const word = useWord();
  const tone = props.state === State.REPORTED ? 'bad' : props.state === State.HANDLING ? 'warn' : 'quiet';
  return <Status tone={tone}>{word('state', State[props.state])}</Status>;
}

export default function IncidentsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const may = useMay();
  const [asked, setAsked] = useUrlText('state');
  const state = STATES.find((one) => one === asked);
  const incidents = usePages(IncidentService.method.listIncidents, { pageSize: 100, ...(state === undefined ? {} : { state: State[state] }) },
    (r) => r.incidents, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={incidents.updated} onReload={incidents.reload} loading={incidents.loading}
      actions={may(IncidentService.method.reportIncident) && (
        <Button type="primary" onClick={() => void go('/incidents/new')}>{t('list.new')}</Button>)}>
      <ChoiceField label={t('field.state')} name="state" value={state ?? ''} set={setAsked}
        choices={[{ value: '', label: t('list.all') }, ...STATES.map((one) => ({ value: one, label: t(`state.${one}`) }))]} />
      <Shown read={incidents}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={incidents.hasMore} onMore={incidents.more}
            loading={incidents.loading} empty={<p>{t('list.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'title', title: t('field.title'), render: (one) => <ObjectLink name={one.name}>{one.title}</ObjectLink> },
              { key: 'agency', title: t('field.agency'), render: (one) => <AgencyName name={one.agency} /> },
              { key: 'severity', title: t('field.severity'), render: (one) => word('severity', Severity[one.severity]) },
              { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
              { key: 'time', title: t('field.happened'), render: (one) => format.time(one.happenTime) },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
