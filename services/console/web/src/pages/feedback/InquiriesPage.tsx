// SPDX-License-Identifier: Apache-2.0
// Inquiries of the person's agency, asked or to be answered, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { FeedbackService, Inquiry_State as State, type Inquiry } from '@/gen/shareway/sharing/v1/feedback_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, Clock, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const STATES = ['OPEN', 'ANSWERED', 'CLOSED'] as const;

export function InquiryMark(props: { state: State }): ReactNode {
  const word = useWord();
  const tone = props.state === State.OPEN ? 'warn' : props.state === State.ANSWERED ? 'good' : 'quiet';
  return <Status tone={tone}>{word('inquiryState', State[props.state])}</Status>;
}

/** The clock of the answer, as the service tells it. */
export function InquiryDue(props: { inquiry: Inquiry }): ReactNode {
  const t = useText();
  const { dueDate, overdue, state } = props.inquiry;
  if (state === State.OPEN) return <Clock due={dueDate} state={overdue ? 'overdue' : 'running'} />;
  return overdue ? <Status tone="bad">{t('inquiry.late')}</Status> : <Clock due={dueDate} state="stopped" />;
}

export default function InquiriesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const go = useNavigate();
  const [state, setState] = useUrlText('state');
  const wanted = STATES.find((one) => one === state);
  const inquiries = usePages(FeedbackService.method.listInquiries, { pageSize: 50, ...(wanted === undefined ? {} : { state: State[wanted] }) },
    (r) => r.inquiries, { poll: LIVE });
  return (
    <Page title={t('inquiries.title')} updated={inquiries.updated} onReload={inquiries.reload} loading={inquiries.loading}
      actions={may(FeedbackService.method.openInquiry)
        && <Button type="primary" onClick={() => void go('/inquiries/new')}>{t('inquiries.open')}</Button>}>
      <ChoiceField label={t('state')} name="state" value={state} set={setState}
        choices={[{ value: '', label: t('all') }, ...STATES.map((value) => ({ value, label: t(`inquiryState.${value}`) }))]} />
      <Shown read={inquiries}>{(rows) => (
        <DataTable<Inquiry> caption={t('inquiries.title')} rows={rows} rowKey={(one) => one.name} hasMore={inquiries.hasMore}
          onMore={inquiries.more} loading={inquiries.loading} empty={<p>{t('inquiries.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
          columns={[
            { key: 'question', title: t('inquiries.question'), render: (one) => <ObjectLink name={one.name}>{one.question.slice(0, 60)}</ObjectLink> },
            { key: 'state', title: t('state'), render: (one) => <InquiryMark state={one.state} /> },
            { key: 'due', title: t('inquiries.due'), render: (one) => <InquiryDue inquiry={one} /> },
            { key: 'resource', title: t('inquiry.resource'), render: (one) => <ObjectLink name={one.resource} /> },
            { key: 'consumer', title: t('inquiry.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
            { key: 'provider', title: t('inquiry.provider'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'time', title: t('inquiries.time'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
