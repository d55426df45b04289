// SPDX-License-Identifier: Apache-2.0
// Complaints that the person's agency entered, is to deal with, or is in charge of, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Complaint_Kind as Kind, Complaint_State as State, FeedbackService, type Complaint } from '@/gen/shareway/sharing/v1/feedback_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, ObjectLink, Page, Shown, Status, objectPath, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const STATES = ['TAKEN_IN', 'ASSIGNED', 'CLOSED'] as const;

export function ComplaintMark(props: { state: State }): ReactNode {
  const word = useWord();
  const tone = props.state === State.TAKEN_IN ? 'warn' : props.state === State.ASSIGNED ? 'plain' : 'quiet';
  return <Status tone={tone}>{word('complaintState', State[props.state])}</Status>;
}

export default function ComplaintsPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const may = useMay();
  const go = useNavigate();
  const [state, setState] = useUrlText('state');
  const wanted = STATES.find((one) => one === state);
  const complaints = usePages(FeedbackService.method.listComplaints, { pageSize: 50, ...(wanted === undefined ? {} : { state: State[wanted] }) },
    (r) => r.complaints, { poll: LIVE });
  return (
    <Page title={t('complaints.title')} updated={complaints.updated} onReload={complaints.reload} loading={complaints.loading}
      actions={may(FeedbackService.method.openComplaint)
        && <Button type="primary" onClick={() => void go('/complaints/new')}>{t('complaints.open')}</Button>}>
      <p>{t('complaints.what')}</p>
      <ChoiceField label={t('state')} name="state" value={state} set={setState}
        choices={[{ value: '', label: t('all') }, ...STATES.map((value) => ({ value, label: t(`complaintState.${value}`) }))]} />
      <Shown read={complaints}>{(rows) => (
        <DataTable<Complaint> caption={t('complaints.title')} rows={rows} rowKey={(one) => one.name} hasMore={complaints.hasMore}
          onMore={complaints.more} loading={complaints.loading} empty={<p>{t('complaints.none')}</p>} onOpen={(one) => void go(objectPath(one.name))}
          columns={[
            { key: 'file', title: t('complaints.file'), render: (one) => <ObjectLink name={one.name}>{one.fileNumber}</ObjectLink> },
            { key: 'kind', title: t('complaints.kind'), render: (one) => word('kind', Kind[one.kind]) },
            { key: 'state', title: t('state'), render: (one) => <ComplaintMark state={one.state} /> },
            { key: 'consumer', title: t('complaint.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
            { key: 'provider', title: t('complaint.about'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'time', title: t('complaints.time'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
