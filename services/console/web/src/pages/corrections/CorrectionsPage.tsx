// SPDX-License-Identifier: Apache-2.0
// Corrections that the person's agency is a party to.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, namesOf, usePages } from '@/api';
import { Correction_State, CorrectionService, type Correction } from '@/gen/shareway/sharing/v1/correction_pb';
import { useMay } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, objectPath, Page, Shown, Status, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

export function StateOf(props: { state: Correction_State }): ReactNode {
  const word = useWord();
  const { state } = props;
  const open = state === Correction_State.OPENED || state === Correction_State.ACKNOWLEDGED;
  return (
    <Status tone={open ? 'warn' : state === Correction_State.REJECTED ? 'bad' : 'quiet'}>
      {word('state', Correction_State[state])}
    </Status>
  );
}

export function DueOf(props: { correction: Correction }): ReactNode {
  const { dueDate, dueProvisional, endTime } = props.correction;
  if (dueDate === '') return '';
  return <Clock due={dueDate} provisional={dueProvisional} state={endTime === undefined ? 'running' : 'stopped'} />;
}

export default function CorrectionsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const may = useMay();
  const [state, setState] = useUrlText('state');
  const states = namesOf(Correction_State);
  const read = usePages(CorrectionService.method.listCorrections, {
    pageSize: 100, state: Correction_State[state as keyof typeof Correction_State] ?? Correction_State.STATE_UNSPECIFIED,
  }, (r) => r.corrections, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={read.updated} onReload={read.reload} loading={read.loading}
      actions={may(CorrectionService.method.openCorrection)
        && <Button type="primary" onClick={() => void go('/corrections/new')}>{t('list.open')}</Button>}>
      <ChoiceField label={t('list.state')} name="state" value={state} set={setState} choices={[
        { value: '', label: t('list.all') }, ...states.map((value) => ({ value, label: word('state', value) }))]} />
      <Shown read={read}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={read.hasMore} onMore={read.more}
            loading={read.loading} empty={<p>{t('list.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'name', title: t('list.name'), render: (one) => <ObjectLink name={one.name} /> },
              { key: 'resource', title: t('field.resource'), render: (one) => <ObjectLink name={one.resource} /> },
              { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'provider', title: t('field.provider'), render: (one) => <AgencyName name={one.provider} /> },
              { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
              { key: 'due', title: t('field.due'), render: (one) => <DueOf correction={one} /> },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
