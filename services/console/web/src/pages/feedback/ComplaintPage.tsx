// SPDX-License-Identifier: Apache-2.0
// One complaint: what it is about, who deals with it, and what it came to.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall, useWrite } from '@/api';
import {
  Complaint_Kind as Kind, Complaint_Outcome as Outcome, Complaint_State as State, FeedbackService, type Complaint,
} from '@/gen/shareway/sharing/v1/feedback_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { AgencyName, DraftKeeper, ErrorPanel, Facts, Page, Shown, useDraft, type Decided } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { ComplaintMark } from './ComplaintsPage';
import { useText, useWord } from './texts';

const { method } = FeedbackService;
const OUTCOMES = ['FOUNDED', 'UNFOUNDED', 'PASSED_ON'] as const;

export default function ComplaintPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const id = useParams()['id'] ?? '';
  const complaint = useCall(method.getComplaint, { name: `complaints/${id}` }, { poll: LIVE });
  return (
    <Page title={t('complaint.page', { name: complaint.data?.fileNumber ?? id })} crumbs={[{ label: t('complaints.title'), to: '/complaints' }]}
      updated={complaint.updated} onReload={complaint.reload} loading={complaint.loading}>
      <Shown read={complaint}>{(one) => (
        <Profile of={one.profile}>
          <Facts rows={[
            [t('state'), <ComplaintMark key="s" state={one.state} />], [t('complaint.kind'), word('kind', Kind[one.kind])],
            [t('complaint.file'), one.fileNumber], [t('complaint.consumer'), <AgencyName key="c" name={one.consumer} />],
            [t(one.state === State.TAKEN_IN ? 'complaint.about' : 'complaint.handler'), <AgencyName key="p" name={one.provider} />],
            [t('complaint.text'), one.text], [t('complaint.check'), one.collectionCheck],
            [t('complaint.outcome'), one.outcome === Outcome.OUTCOME_UNSPECIFIED ? '' : word('outcome', Outcome[one.outcome])],
            [t('complaint.answer'), one.answer], [t('complaints.time'), format.time(one.createTime)], [t('complaint.closed'), format.time(one.closeTime)],
            [t('complaint.profile'), one.profile],
          ]} />
          <Acts complaint={one} onChanged={complaint.reload} />
        </Profile>
      )}</Shown>
    </Page>
  );
}

interface ActProps { readonly complaint: Complaint; readonly onChanged: () => void }

function Acts(props: ActProps): ReactNode {
  const t = useText();
  const { availableActions } = props.complaint;
  if (availableActions.length === 0) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('acts')}</h2>
      {availableActions.includes('AssignComplaint') && <Assign {...props} />}
      {availableActions.includes('CloseComplaint') && <Close {...props} />}
    </section>
  );
}

function Assign(props: ActProps): ReactNode {
  const t = useText();
  const { complaint } = props;
  const draft = useDraft('assign', { agency: complaint.provider });
  const write = useWrite(method.assignComplaint);
  const send = async (): Promise<void> => {
    if (await write.run({ name: complaint.name, etag: complaint.etag, agency: draft.value.agency.trim() }) === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form className="sw-card" aria-label={t('complaint.assign')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('complaint.assign')}</h3>
      <p>{t('complaint.assignText')}</p>
      <DraftKeeper draft={draft} />
      <AgencyField label={t('complaint.agency')} name="agency" value={draft.value.agency} required error={write.error} set={(agency) => draft.set({ agency })} />
      <ErrorPanel error={write.error} onReload={props.onChanged} decided={useDecided(complaint)} />
      <Button htmlType="submit" type="primary" loading={write.busy} disabled={draft.value.agency.trim() === ''}>{t('complaint.assign')}</Button>
    </form>
  );
}

function useDecided(complaint: Complaint): Decided | undefined {
  const word = useWord();
  if (complaint.closeTime === undefined) return undefined;
  return { by: complaint.provider, at: timestampDate(complaint.closeTime), what: word('outcome', Outcome[complaint.outcome]) };
}

function Close(props: ActProps): ReactNode {
  const t = useText();
  const { complaint } = props;
  const draft = useDraft('close', { outcome: '', answer: '' });
  const write = useWrite(method.closeComplaint);
  const { value } = draft;
  const outcome = OUTCOMES.find((one) => one === value.outcome);
  const send = async (): Promise<void> => {
    if (outcome === undefined) return;
    const done = await write.run({ name: complaint.name, etag: complaint.etag, outcome: Outcome[outcome], answer: value.answer.trim() });
    if (done === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form className="sw-card" aria-label={t('complaint.close')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('complaint.close')}</h3>
      <p>{t('complaint.closeText')}</p>
      <DraftKeeper draft={draft} />
      <ChoiceField label={t('complaint.outcome')} name="outcome" value={value.outcome} required error={write.error}
        set={(to) => draft.set((old) => ({ ...old, outcome: to }))}
        choices={[{ value: '', label: t('choose') }, ...OUTCOMES.map((one) => ({ value: one, label: t(`outcome.${one}`) }))]} />
      <TextField label={t('complaint.answer')} name="answer" rows={5} max={2000} value={value.answer} required error={write.error}
        set={(answer) => draft.set((old) => ({ ...old, answer }))} />
      <ErrorPanel error={write.error} onReload={props.onChanged} decided={useDecided(complaint)} />
      <Button htmlType="submit" type="primary" loading={write.busy} disabled={outcome === undefined || value.answer.trim() === ''}>
        {t('complaint.close')}</Button>
    </form>
  );
}
