// SPDX-License-Identifier: Apache-2.0
// Legal times that run, are due soon or were missed, as the service counts them.
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Clock_State, SupervisionService, type Clock as Time } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { Clock, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText } from './texts';
import { BodyName, useClockName, useReadOnUntil } from './words';

const VIEWS = ['', 'DUE', 'OVERDUE', 'STOPPED', 'ALL'] as const;
const SOON = 2; // working days

const running = (clock: Time): boolean => clock.state === Clock_State.RUNNING;

function inView(clock: Time, view: string): boolean {
  if (view === 'ALL') return true;
  if (view === 'STOPPED') return !running(clock);
  if (view === 'OVERDUE') return running(clock) && clock.overdue;
  if (view === 'DUE') return running(clock) && !clock.overdue && clock.workingDaysLeft <= SOON;
  return running(clock);
}

export default function ClocksPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const name = useClockName();
  const open = useNavigate();
  const [view, setView] = useUrlText('view');
  const [kind, setKind] = useUrlText('kind');
  const clocks = usePages(SupervisionService.method.listClocks, { pageSize: 200, overdue: view === 'OVERDUE' },
    (answer) => answer.clocks, { poll: LIVE });
  const kinds = [...new Set([...(clocks.data ?? []).map((clock) => clock.kind), ...(kind === '' ? [] : [kind])])].sort();
  const rows = (clocks.data ?? []).filter((clock) => inView(clock, view) && (kind === '' || clock.kind === kind));
  useReadOnUntil(clocks, rows.length);
  return (
    <Page title={t('clocks.title')} updated={clocks.updated} onReload={clocks.reload} loading={clocks.loading}>
      <p>{t('clocks.what')}</p>
      <div className="sw-row">
        <ChoiceField label={t('clocks.view')} name="view" value={view} set={setView}
          choices={VIEWS.map((value) => ({ value, label: t(`clocks.in.${value === '' ? 'RUNNING' : value}`) }))} />
        <ChoiceField label={t('clocks.kind')} name="kind" value={kind} set={setKind}
          choices={[{ value: '', label: t('all') }, ...kinds.map((value) => ({ value, label: name(value) }))]} />
      </div>
      <Shown read={clocks}>{() => (
        <DataTable<Time> caption={t('clocks.title')} rows={rows} hasMore={clocks.hasMore} onMore={clocks.more}
          rowKey={(clock) => `${clock.subject} ${clock.kind} ${clock.debtor} ${String(clock.triggerTime?.seconds)}`} loading={clocks.loading}
          empty={<p>{t('clocks.none')}</p>} onOpen={(clock) => void open(objectPath(clock.subject))}
          columns={[
            { key: 'subject', title: t('field.subject'), render: (clock) => <ObjectLink name={clock.subject} /> },
            { key: 'kind', title: t('clocks.kind'), render: (clock) => name(clock.kind) },
            { key: 'debtor', title: t('clocks.debtor'), render: (clock) => <BodyName name={clock.debtor} /> },
            { key: 'due', title: t('field.due'), render: (clock) => <Left clock={clock} /> },
            ...(rows.some((clock) => clock.promisedDueTime !== undefined) ? [{
              key: 'promised', title: t('clocks.promised'), render: (clock: Time) => (
                // The promise is the first instant after its last day.
                clock.promisedDueTime === undefined ? '' : t('clocks.before', { time: format.time(clock.promisedDueTime) })),
            }] : []),
            { key: 'since', title: t('clocks.since'), render: (clock) => format.date(clock.triggerTime) },
            { key: 'article', title: t('field.article'), render: (clock) => <bdi title={clock.profile}>{clock.article}</bdi> },
          ]} />
      )}</Shown>
    </Page>
  );
}

function Left(props: { clock: Time }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { clock } = props;
  if (!running(clock)) {
    return clock.overdue
      ? <Status tone="bad">{t('clocks.late')} {t('clocks.was', { day: format.day(clock.dueDate) })}</Status>
      : <Clock due={clock.dueDate} state="stopped" provisional={clock.provisional} />;
  }
  return <Clock due={clock.dueDate} daysLeft={clock.workingDaysLeft} state={clock.overdue ? 'overdue' : 'running'}
    provisional={clock.provisional} />;
}
