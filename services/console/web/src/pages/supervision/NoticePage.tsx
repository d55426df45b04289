// SPDX-License-Identifier: Apache-2.0
// One rectification notice: what was found, what was put right, and what came of it.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import { NoticeService } from '@/gen/shareway/sharing/v1/notice_pb';
import { Notice_State as State, type Notice } from '@/gen/shareway/sharing/v1/supervision_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { AgencyName, Clock, ConfirmAct, DraftKeeper, ErrorPanel, Facts, NotSignedPanel, ObjectLink, Page, Shown, useDraft, type Decided } from '@/ui';
import { TextField } from '@/ui/TextField';
import { noticeRuns } from './NoticesPage';
import { useText } from './texts';
import { BodyName, NOTICE_STATES, NoticeMark } from './words';

const { acceptRectification, answerNotice, getNotice, rejectRectification, reportNotice } = NoticeService.method;

export default function NoticePage(): ReactNode {
  const t = useText();
  const name = `notices/${useParams()['id'] ?? ''}`;
  const notice = useCall(getNotice, { name }, { poll: LIVE });
  return (
    <Page title={t('notices.page', { name: name.slice(8) })} crumbs={[{ label: t('notices.title'), to: '/notices' }]}
      updated={notice.updated} onReload={notice.reload} loading={notice.loading}>
      <Shown read={notice}>{(one) => (
        <Profile of={one.profile}>
          <About notice={one} />
          <Acts notice={one} onReload={notice.reload} />
        </Profile>
      )}</Shown>
    </Page>
  );
}

function About(props: { notice: Notice }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { notice } = props;
  return (
    <Facts rows={[
      [t('field.state'), <NoticeMark key="s" state={notice.state} />],
      [t('field.due'), noticeRuns(notice.state)
        ? <Clock due={notice.dueDate} daysLeft={notice.workingDaysLeft} /> : format.day(notice.dueDate)],
      [t('notices.found'), notice.finding],
      [t('field.grant'), <ObjectLink key="g" name={notice.grant} />],
      [t('field.consumer'), <AgencyName key="c" name={notice.consumer} />],
      [t('field.provider'), <AgencyName key="p" name={notice.provider} />],
      [t('field.article'), notice.article],
      [t('field.opened'), format.time(notice.createTime)],
      [t('notices.measures'), notice.measures],
      [t('notices.rejection'), notice.rejection],
      [t('notices.report'), notice.report],
      [t('notices.reportedTo'), notice.reportedTo === '' ? '' : <BodyName name={notice.reportedTo} />],
    ]} />
  );
}

function Acts(props: { notice: Notice; onReload: () => void }): ReactNode {
  const t = useText();
  const { notice, onReload } = props;
  const state = NOTICE_STATES.find((one) => State[one] === notice.state);
  // A notice does not tell who moved it last, nor when; its state tells what was done.
  const decided: Decided | undefined = state === undefined ? undefined
    : { by: t('notices.other'), at: undefined, what: t(`notice.${state}`) };
  const may = (action: string): boolean => notice.availableActions.includes(action);
  if (notice.availableActions.length === 0) return null;
  const base = { name: notice.name, etag: notice.etag };
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('acts')}</h2>
      {may('AnswerNotice') && <Answer notice={notice} onReload={onReload} decided={decided} />}
      <p className="sw-row">
        {may('AcceptRectification') && (
          <ConfirmAct method={acceptRectification} label={t('notices.accept')} primary request={() => base} onDone={onReload}
            onReload={onReload} decided={decided}>
            <p>{t('notices.acceptEffect')}</p>
            <p><bdi>{notice.measures}</bdi></p>
          </ConfirmAct>
        )}
        {may('RejectRectification') && (
          <ConfirmAct method={rejectRectification} label={t('notices.reject')} danger onDone={onReload} onReload={onReload} decided={decided}
            reason={{ label: t('notices.stillWrong'), max: 1000 }} request={(reason) => ({ ...base, reason })}>
            <p>{t('notices.rejectEffect')}</p>
          </ConfirmAct>
        )}
        {may('ReportNotice') && (
          <ConfirmAct method={reportNotice} label={t('notices.reportUp')} danger onDone={onReload} onReload={onReload} decided={decided}
            reason={{ label: t('notices.report'), name: 'report', max: 2000 }} request={(report) => ({ ...base, report })}>
            <p>{t('notices.reportEffect')}</p>
          </ConfirmAct>
        )}
      </p>
    </section>
  );
}

function Answer(props: { notice: Notice; onReload: () => void; decided: Decided | undefined }): ReactNode {
  const t = useText();
  const { notice } = props;
  const draft = useDraft('answer', { measures: '' });
  const act = useAct(answerNotice);
  const { measures } = draft.value;
  const send = async (): Promise<void> => {
    const answer = await act.run({ name: notice.name, etag: notice.etag, measures: measures.trim() });
    if (answer === undefined) return;
    draft.discard();
    props.onReload();
  };
  return (
    <form className="sw-card" aria-label={t('notices.answer')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('notices.answer')}</h3>
      <DraftKeeper draft={draft} />
      <TextField label={t('notices.measures')} name="measures" value={measures} rows={5} max={2000} required error={act.error}
        hint={t('notices.measuresHint')} set={(text) => draft.set({ measures: text })} />
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} onReload={props.onReload} decided={props.decided} />
      <Button type="primary" htmlType="submit" loading={act.busy} disabled={measures.trim() === ''}>{t('sign')}</Button>
    </form>
  );
}
