// SPDX-License-Identifier: Apache-2.0
// The calendars in force, and a due day by them.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { useCall, usePages } from '@/api';
import { type Calendar, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { DataTable, ErrorPanel, ObjectLink, Page, Shown, objectPath, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export default function CalendarsPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const open = useNavigate();
  const calendars = usePages(StatuteService.method.listCalendars, { pageSize: 200 }, (answer) => answer.calendars);
  return (
    <Page title={t('calendars.title')} updated={calendars.updated} onReload={calendars.reload} loading={calendars.loading}
      actions={may(StatuteService.method.loadCalendar) && <Link to="/calendars/load"><Button>{t('load.title')}</Button></Link>}>
      <Calculator />
      <Shown read={calendars}>{(rows) => (
        <DataTable<Calendar> caption={t('calendars.title')} rows={rows} rowKey={(one) => one.name}
          hasMore={calendars.hasMore} onMore={calendars.more} loading={calendars.loading}
          onOpen={(one) => void open(objectPath(one.name))}
          columns={[
            { key: 'name', title: t('calendars.year'),
              render: (one) => <ObjectLink name={one.name}>{one.name.split('/').slice(1).join(' ')}</ObjectLink> },
            { key: 'days', title: t('calendars.days'), number: true, render: (one) => format.number(one.workingDays) },
            { key: 'version', title: t('profiles.version'), number: true, render: (one) => one.version },
            { key: 'loaded', title: t('calendars.loaded'),
              render: (one) => (one.loadTime === undefined ? t('calendars.shipped') : format.time(one.loadTime)) },
          ]} />
      )}</Shown>
    </Page>
  );
}

function Calculator(): ReactNode {
  const t = useText();
  const format = useFormat();
  const [from, setFrom] = useUrlText('from');
  const [days, setDays] = useUrlText('days', '10');
  const workingDays = Number(days);
  const good = Number.isInteger(workingDays) && workingDays >= 1 && workingDays <= 250;
  const due = useCall(StatuteService.method.computeDue, { fromDate: from, workingDays: good ? workingDays : 0 },
    { when: good && /^\d{4}-\d{2}-\d{2}$/.test(from) });
  return (
    <section aria-labelledby="calculator">
      <h2 id="calculator">{t('due.title')}</h2>
      <div className="sw-row">
        <TextField label={t('due.from')} name="from_date" type="date" value={from} set={setFrom} error={due.error} hint={t('due.fromHint')} />
        <TextField label={t('due.days')} name="working_days" type="number" value={days} set={setDays} error={due.error}
          fault={good ? undefined : t('due.daysBad')} />
      </div>
      <ErrorPanel error={due.error} />
      {due.data !== undefined && (
        <p role="status"><strong>{t('due.is', { day: format.day(due.data.dueDate) })}</strong>
          {due.data.provisional && <> {t('due.provisional')}</>}</p>
      )}
    </section>
  );
}
