// SPDX-License-Identifier: Apache-2.0
// Rectification notices that the agency is a party to.
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Notice_State as State, SupervisionService, type Notice } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, Page, Shown, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText } from './texts';
import { NOTICE_STATES, NoticeMark, useReadOnUntil } from './words';

/** The last day still counts for the consumer. */
export const noticeRuns = (state: State): boolean => state === State.OPEN || state === State.RECTIFICATION_REJECTED;

export default function NoticesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const { agency } = usePerson();
  const open = useNavigate();
  const [state, setState] = useUrlText('state');
  const [side, setSide] = useUrlText('side');
  const notices = usePages(SupervisionService.method.listNotices, { pageSize: 100 }, (answer) => answer.notices, { poll: LIVE });
  const rows = (notices.data ?? []).filter((one) => (state === '' || State[one.state] === state) &&
    (side === '' || (side === 'OWN') === (one.consumer === agency)));
  useReadOnUntil(notices, rows.length);
  return (
    <Page title={t('notices.title')} updated={notices.updated} onReload={notices.reload} loading={notices.loading}>
      <div className="sw-row">
        <ChoiceField label={t('field.state')} name="state" value={state} set={setState}
          choices={[{ value: '', label: t('all') }, ...NOTICE_STATES.map((value) => ({ value, label: t(`notice.${value}`) }))]} />
        <ChoiceField label={t('notices.side')} name="side" value={side} set={setSide} choices={[
          { value: '', label: t('all') }, { value: 'OWN', label: t('notices.own') }, { value: 'OTHER', label: t('notices.others') }]} />
      </div>
      <Shown read={notices}>{() => (
        <DataTable<Notice> caption={t('notices.title')} rows={rows} rowKey={({ name }) => name} hasMore={notices.hasMore}
          onMore={notices.more} loading={notices.loading} empty={<p>{t('notices.none')}</p>}
          onOpen={({ name }) => void open(objectPath(name))}
          columns={[
            { key: 'name', title: t('notices.one'), render: (one) => <ObjectLink name={one.name}>{one.finding.slice(0, 60)}</ObjectLink> },
            { key: 'state', title: t('field.state'), render: (one) => <NoticeMark state={one.state} /> },
            { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
            { key: 'provider', title: t('field.provider'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'due', title: t('field.due'), render: (one) => (noticeRuns(one.state)
              ? <Clock due={one.dueDate} /> : format.day(one.dueDate)) },
            { key: 'time', title: t('field.opened'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
