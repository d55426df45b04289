// SPDX-License-Identifier: Apache-2.0
// A state in colour, sign and word, never in colour alone; what is left of a legal time.
import {
  CheckCircleOutlined, ClockCircleOutlined, CloseCircleOutlined, InfoCircleOutlined,
  PauseCircleOutlined, WarningOutlined,
} from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useFormat } from '@/i18n/format';
import { useText } from './texts';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'plain';

const ICONS: Readonly<Record<Tone, ReactNode>> = {
  good: <CheckCircleOutlined aria-hidden />, warn: <WarningOutlined aria-hidden />,
  bad: <CloseCircleOutlined aria-hidden />, quiet: <InfoCircleOutlined aria-hidden />,
  plain: <InfoCircleOutlined aria-hidden />,
};

export function Status(props: { tone: Tone; icon?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <span className={`sw-status ${props.tone}`}>
      {props.icon ?? ICONS[props.tone]}
      <span>{props.children}</span>
    </span>
  );
}

/**
 * A clock of the law, as the service counts it: working days left (negative: over), the last day,
 * and whether it stands still. Nothing is computed here.
 */
export function Clock(props: {
  /** CCYY-MM-DD; empty: there is no due day. */
  due: string;
  /** Unset where the service tells the day alone. */
  daysLeft?: number | undefined;
  state?: 'running' | 'paused' | 'stopped' | 'overdue';
  /** Why it stands still. */
  reason?: string;
  /** The day rests on a calendar that is not published yet. */
  provisional?: boolean;
}): ReactNode {
  const t = useText();
  const format = useFormat();
  const { daysLeft, state = 'running' } = props;
  const due = props.due === '' ? '' : t('clock.due', { day: format.day(props.due) });
  const tail = (
    <>
      {due !== '' && ` ${due}`}
      {props.provisional === true && ` ${t('clock.provisional')}`}
    </>
  );
  if (state === 'stopped') return <Status tone="good">{t('clock.stopped')}{tail}</Status>;
  if (state === 'paused') {
    return (
      <Status tone="quiet" icon={<PauseCircleOutlined aria-hidden />}>
        {t('clock.paused')}{props.reason !== undefined && ` ${props.reason}`}{tail}
      </Status>
    );
  }
  if (state === 'overdue' || (daysLeft !== undefined && daysLeft < 0)) {
    return (
      <Status tone="bad">
        {daysLeft === undefined || daysLeft >= 0 ? t('clock.over') : t('clock.overBy', { days: -daysLeft })}
        {tail}
      </Status>
    );
  }
  const tone: Tone = daysLeft === undefined ? 'plain' : daysLeft <= 2 ? 'warn' : 'plain';
  return (
    <Status tone={tone} icon={tone === 'plain' ? <ClockCircleOutlined aria-hidden /> : undefined}>
      {daysLeft !== undefined && t('clock.left', { days: daysLeft })}{tail}
    </Status>
  );
}

/** Facts as a list of terms. Rows without a value are left out. */
export function Facts(props: { rows: readonly (readonly [string, ReactNode])[] }): ReactNode {
  const shown = props.rows.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return (
    <dl className="sw-facts">
      {shown.map(([label, value]) => [
        <dt key={`${label} t`}>{label}</dt>,
        <dd key={`${label} d`}>{typeof value === 'string' ? <bdi>{value}</bdi> : value}</dd>,
      ])}
    </dl>
  );
}

/** One event of a timeline. */
export interface TimelineEvent {
  readonly key: string;
  readonly at: Date | undefined;
  readonly title: ReactNode;
  /** Who: a name or an agency. */
  readonly by?: string;
  readonly text?: ReactNode;
}

export function Timeline(props: { events: readonly TimelineEvent[]; label?: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  return (
    <ol className="sw-timeline" aria-label={props.label ?? t('timeline')}>
      {props.events.map((event) => (
        <li key={event.key}>
          <strong>{event.title}</strong>
          <div className="sw-when">
            {event.at !== undefined && <time dateTime={event.at.toISOString()}>{format.time(event.at)}</time>}
            {event.by !== undefined && <> · <bdi>{event.by}</bdi></>}
          </div>
          {event.text !== undefined && <div>{event.text}</div>}
        </li>
      ))}
    </ol>
  );
}

/** One line of a comparison: a value in each column. */
export interface DiffRow {
  readonly key: string;
  readonly label: ReactNode;
  /** As many as there are columns; undefined: there is none. */
  readonly values: readonly (string | undefined)[];
}

/**
 * A comparison by line. Values that differ from those in column `base` are marked as added, those that
 * the next columns lack as gone, by mark-up and words and not by colour alone.
 */
export function DiffTable(props: {
  caption: string;
  columns: readonly string[];
  rows: readonly DiffRow[];
  /** The column that others are compared with; the first unless said. */
  base?: number;
}): ReactNode {
  const t = useText();
  const base = props.base ?? 0;
  return (
    <div className="sw-scroll">
      <table className="sw-table sw-diff">
        <caption className="sw-only-read">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('diff.what')}</th>
            {props.columns.map((column) => <th scope="col" key={column}>{column}</th>)}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => {
            const compared = row.values[base];
            const changed = row.values.some((value) => value !== compared);
            return (
              <tr key={row.key} data-changed={changed}>
                <th scope="row">{row.label}</th>
                {row.values.map((value, column) => (
                  <td key={props.columns[column]}>
                    {value === undefined
                      ? <span className="sw-only-read">{t('diff.none')}</span>
                      : column === base
                        ? (row.values.some((other) => other === undefined) ? <del>{value}</del> : <bdi>{value}</bdi>)
                        : value === compared ? <bdi>{value}</bdi> : <ins>{value}</ins>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
