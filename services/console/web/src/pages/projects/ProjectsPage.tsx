// SPDX-License-Identifier: Apache-2.0
// Projects of information systems that the person may see, and whether each passed the gate.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Project_State as State, type Project } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText, type Tone } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

export const STATES = ['DRAFT', 'PRECOMPILED', 'AGREED', 'AGREED_WITH_CHANGES', 'DISAGREED', 'HANDED_IN', 'ACCEPTED', 'WITHDRAWN'] as const;
const TONES: Readonly<Partial<Record<State, Tone>>> = {
  [State.AGREED]: 'good', [State.ACCEPTED]: 'good', [State.DISAGREED]: 'bad', [State.AGREED_WITH_CHANGES]: 'warn', [State.WITHDRAWN]: 'quiet', [State.DRAFT]: 'quiet',
};

export function StateOf(props: { state: State }): ReactNode {
  const word = useWord();
  return <Status tone={TONES[props.state] ?? 'plain'}>{word('state', State[props.state])}</Status>;
}

export function GateOf(props: { project: Project }): ReactNode {
  const t = useText();
  return <Status tone={props.project.passed ? 'good' : 'warn'}>{t(props.project.passed ? 'gate.open' : 'gate.closed')}</Status>;
}

export default function ProjectsPage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const may = useMay();
  const [askedState, setState] = useUrlText('state');
  const [year, setYear] = useUrlText('year');
  const [without, setWithout] = useUrlText('without');
  const state = STATES.find((one) => one === askedState);
  const projects = usePages(ProjectService.method.listProjects, {
    pageSize: 50, year: /^\d{4}$/.test(year) ? Number(year) : 0, withoutCatalogue: without === '1', ...(state === undefined ? {} : { state: State[state] }),
  }, (r) => r.projects, { poll: LIVE });
  return (
    <Page title={t('list.title')} updated={projects.updated} onReload={projects.reload} loading={projects.loading}
      actions={may(ProjectService.method.createProject) && <Button type="primary" onClick={() => void go('/projects/new')}>{t('list.new')}</Button>}>
      <div className="sw-row">
        <ChoiceField label={t('field.state')} name="state" value={state ?? ''} set={setState}
          choices={[{ value: '', label: t('list.all') }, ...STATES.map((one) => ({ value: one, label: t(`state.${one}`) }))]} />
        <TextField label={t('field.year')} name="year" type="number" value={year} set={setYear} />
        <Checkbox checked={without === '1'} onChange={(event) => setWithout(event.target.checked ? '1' : '')}>{t('list.without')}</Checkbox>
      </div>
      <Shown read={projects}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={projects.hasMore} onMore={projects.more}
            loading={projects.loading} empty={<p>{t('list.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
            columns={[
              { key: 'title', title: t('field.title'), render: (one) => <ObjectLink name={one.name}>{one.title}</ObjectLink> },
              { key: 'agency', title: t('field.agency'), render: (one) => <AgencyName name={one.agency} /> },
              { key: 'year', title: t('field.year'), number: true, render: (one) => String(one.year) },
              { key: 'state', title: t('field.state'), render: (one) => <StateOf state={one.state} /> },
              { key: 'gate', title: t('gate.title'), render: (one) => <GateOf project={one} /> },
            ]} />
        )}
      </Shown>
    </Page>
  );
}
