// SPDX-License-Identifier: Apache-2.0
// One year: its holidays as the notice has them, and each day, by sign and word as well as colour.
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { useCall } from '@/api';
import { type Calendar, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { useFormat } from '@/i18n/format';
import { Facts, Page, Shown, Status } from '@/ui';
import { daysOf, workingDays, type Day } from './days';
import { useText } from './texts';

export default function CalendarPage(): ReactNode {
  const t = useText();
  const { area = '', year = '' } = useParams();
  const calendar = useCall(StatuteService.method.getCalendar, { name: `calendars/${area}/${year}` });
  return (
    <Page title={t('calendar.title', { area, year })} crumbs={[{ label: t('calendars.title'), to: '/calendars' }]}
      updated={calendar.updated} onReload={calendar.reload} loading={calendar.loading}>
      <Shown read={calendar}>{(data) => <Year of={data} year={Number(year)} />}</Shown>
    </Page>
  );
}

function Year(props: { of: Calendar; year: number }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { of } = props;
  const months = daysOf(props.year, of.holidays);
  return (
    <>
      <Facts rows={[
        [t('calendars.days'), format.number(of.workingDays)], [t('profiles.version'), String(of.version)],
        [t('calendar.notice'), /^https:\/\//.test(of.notice)
          ? <a key="n" href={of.notice} rel="noreferrer noopener" target="_blank">{of.notice}</a> : of.notice],
        [t('calendars.loaded'), of.loadTime === undefined ? t('calendars.shipped') : format.time(of.loadTime)],
        [t('calendar.loader'), of.loader],
      ]} />
      {workingDays(months) !== of.workingDays && (
        <Status tone="bad">{t('calendar.differs', { shown: workingDays(months), told: of.workingDays })}</Status>
      )}
      <table className="sw-table">
        <caption>{t('calendar.holidays')}</caption>
        <thead><tr>
          {(['calendar.holiday', 'calendar.from', 'calendar.to', 'calendar.makeUp'] as const)
            .map((key) => <th scope="col" key={key}>{t(key)}</th>)}
        </tr></thead>
        <tbody>
          {of.holidays.map((one) => (
            <tr key={one.name + one.fromDate}>
              <th scope="row">{one.name}</th><td>{format.day(one.fromDate)}</td><td>{format.day(one.toDate)}</td>
              <td>{one.makeUpDates.map(format.day).join(t('and'))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t('calendar.legend')}</p>
      <div className="sw-scroll" tabIndex={0} role="region" aria-label={t('calendar.days')}>
        <table className="sw-table">
          <caption className="sw-only-read">{t('calendar.days')}</caption>
          <thead><tr><th scope="col">{t('calendar.month')}</th>
            {Array.from({ length: 31 }, (_, i) => <th scope="col" key={i}>{i + 1}</th>)}</tr></thead>
          <tbody>
            {months.map((days, month) => (
              <tr key={month}><th scope="row">{month + 1}</th>{days.map((day) => <Cell key={day.date} of={day} />)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const SIGNS = { working: '', makeUp: '●', weekend: '–', holiday: '○' } as const;
function Cell(props: { of: Day }): ReactNode {
  const t = useText();
  const { kind, holiday, date } = props.of;
  const words = `${date} ${t(`day.${kind}`)} ${holiday}`.trim();
  return <td title={words}><span aria-hidden>{SIGNS[kind]}</span><span className="sw-only-read">{words}</span></td>;
}
