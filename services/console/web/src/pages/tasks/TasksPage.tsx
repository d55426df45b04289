// SPDX-License-Identifier: Apache-2.0
// One list of all that waits for the person, over all services.
import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { useFormat } from '@/i18n/format';
import { AgencyName, Clock, DataTable, Page, Shown, Status, useUrlText } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { FavouriteButton, useFavourites } from './favourites';
import { KINDS, type Task } from './kinds';
import { useText, useWord } from './texts';
import { useTasks, type Tasks } from './useTasks';

const VIEWS = ['ALL', 'DUE', 'OVERDUE'] as const;
const SOON = 2; // working days, as the inbox counts

function inView(task: Task, view: (typeof VIEWS)[number]): boolean {
  if (view === 'OVERDUE') return task.overdue;
  if (view === 'DUE') return !task.overdue && (task.warned === true || (task.daysLeft !== undefined && task.daysLeft <= SOON));
  return true;
}

export default function TasksPage(): ReactNode {
  const t = useText();
  const read = useTasks();
  return (
    <Page title={t('list.title')} updated={read.updated} onReload={read.reload} loading={read.loading} actions={(
      <>
        <Link to="/news">{t('news.title')}</Link>
        <Link to="/favourites">{t('favourites.title')}</Link>
      </>
    )}>
      <p>{t('list.what')}</p>
      <Shown read={read}>{(data) => <List data={data} loading={read.loading} />}</Shown>
    </Page>
  );
}

function List(props: { data: Tasks; loading: boolean }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const go = useNavigate();
  const favourites = useFavourites();
  const [asked, setView] = useUrlText('view', 'ALL');
  const [kind, setKind] = useUrlText('kind');
  const [until, setUntil] = useUrlText('until');
  const view = VIEWS.find((one) => one === asked) ?? 'ALL';
  const { tasks } = props.data;
  const chosen = tasks.filter((task) => (kind === '' || task.kind === kind) && (until === '' || (task.due !== '' && task.due <= until)));
  const rows = chosen.filter((task) => inView(task, view));
  const count = (of: string): number => tasks.filter((task) => task.kind === of).length;
  const kinds = KINDS.filter((one) => count(one) > 0 || one === kind);
  return (
    <>
      <Lacks data={props.data} />
      <div className="sw-row" role="group" aria-label={t('list.views')}>
        {VIEWS.map((one) => (
          <Button key={one} aria-pressed={one === view} type={one === view ? 'primary' : 'default'} onClick={() => setView(one)}>
            {`${t(`view.${one}`)} (${format.number(chosen.filter((task) => inView(task, one)).length)})`}
          </Button>
        ))}
      </div>
      <div className="sw-row">
        <ChoiceField label={t('list.kind')} name="kind" value={kind} set={setKind} choices={[{ value: '', label: t('list.all') },
          ...kinds.map((one) => ({ value: one, label: `${t(`kind.${one}`)} (${format.number(count(one))})` }))]} />
        <TextField label={t('list.until')} name="until" type="date" value={until} set={setUntil} />
      </div>
      <DataTable<Task> caption={t('list.title')} rows={rows} rowKey={(task) => `${task.kind} ${task.name}`} loading={props.loading}
        total={tasks.length} keys={{ f: ({ name, title, path }) => { favourites.keep({ name, title, path }); } }} onOpen={(task) => void go(task.path)} empty={<p>{t(tasks.length === 0 ? 'list.none' : 'list.noneHere')}</p>}
        columns={[
          { key: 'subject', title: t('list.subject'), render: (task) => (
            <Link to={task.path} title={task.name}><bdi>{task.title === '' ? task.name : task.title.slice(0, 60)}</bdi></Link>) },
          { key: 'kind', title: t('list.kind'), render: (task) => t(`kind.${task.kind}`) },
          { key: 'act', title: t('list.act'), render: (task) => task.acts.map((act) => word('act', act)).join(' · ') },
          { key: 'due', title: t('list.due'), render: (task) => <Due task={task} /> },
          { key: 'agency', title: t('list.agency'), render: (task) => (task.agency === '' ? '' : <AgencyName name={task.agency} />) },
          { key: 'since', title: t('list.since'), render: (task) => format.time(task.since) },
          { key: 'keep', title: t('favourites.title'), render: ({ name, title, path }) => <FavouriteButton small name={name} title={title} path={path} /> },
        ]} />
    </>
  );
}

function Due(props: { task: Task }): ReactNode {
  const t = useText();
  const { task } = props;
  if (task.due === '' && !task.overdue) return <span>{t('list.noDue')}</span>;
  return (
    <>
      <Clock due={task.due} daysLeft={task.daysLeft} state={task.overdue ? 'overdue' : 'running'} provisional={task.provisional} />
      {task.warned === true && !task.overdue && <> <Status tone="warn">{t('list.warned')}</Status></>}
    </>
  );
}

// What the list may lack, said above it.
function Lacks(props: { data: Tasks }): ReactNode {
  const t = useText();
  const { failed, cut, clocksAway } = props.data;
  const words = (kinds: Iterable<Task['kind']>): string => [...kinds].map((kind) => t(`kind.${kind}`)).join(' · ');
  return (
    <>
      {failed.size > 0 && (
        <Alert role="alert" type="warning" showIcon style={{ marginBottom: '1rem' }} title={`${t('list.failed')}${words(failed.keys())}`}
          description={(
            <ul>{[...failed].map(([kind, error]) => (
              <li key={kind}>{t(`kind.${kind}`)}: <bdi>{error.localized === '' ? error.message : error.localized}</bdi></li>))}</ul>
          )} />
      )}
      {cut.size > 0 && <Alert type="info" showIcon role="status" style={{ marginBottom: '1rem' }} title={`${t('list.cut')}${words(cut)}`} />}
      {clocksAway && <Alert type="warning" showIcon role="status" style={{ marginBottom: '1rem' }} title={t('list.clocks')} />}
    </>
  );
}
