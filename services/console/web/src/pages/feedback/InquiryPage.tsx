// SPDX-License-Identifier: Apache-2.0
// One inquiry: what is asked, the time for the answer, and the answer.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall, useWrite } from '@/api';
import { FeedbackService, Inquiry_State as State, type Inquiry } from '@/gen/shareway/sharing/v1/feedback_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DraftKeeper, ErrorPanel, Facts, ObjectLink, Page, ReasonDialog, Shown, useDraft } from '@/ui';
import { SureButton } from '@/ui/SureButton';
import { TextField } from '@/ui/TextField';
import { InquiryDue, InquiryMark } from './InquiriesPage';
import { useText } from './texts';

const { method } = FeedbackService;

export default function InquiryPage(): ReactNode {
  const t = useText();
  const id = useParams()['id'] ?? '';
  const inquiry = useCall(method.getInquiry, { name: `inquiries/${id}` }, { poll: LIVE });
  return (
    <Page title={t('inquiry.page', { name: id })} crumbs={[{ label: t('inquiries.title'), to: '/inquiries' }]} updated={inquiry.updated}
      onReload={inquiry.reload} loading={inquiry.loading}>
      <Shown read={inquiry}>{(one) => (
        <Profile of={one.profile}>
          <About inquiry={one} />
          <Acts inquiry={one} onChanged={inquiry.reload} />
        </Profile>
      )}</Shown>
    </Page>
  );
}

function About(props: { inquiry: Inquiry }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { inquiry } = props;
  return (
    <Facts rows={[
      [t('state'), <InquiryMark key="s" state={inquiry.state} />],
      [t('inquiries.due'), <span className="sw-row" key="d"><InquiryDue inquiry={inquiry} />{inquiry.extended && <span>{t('inquiry.extended')}</span>}</span>],
      [t('inquiry.extensionReason'), inquiry.extensionReason],
      [t('inquiry.resource'), <ObjectLink key="r" name={inquiry.resource} />],
      [t('inquiry.dataDate'), format.day(inquiry.dataDate)],
      [t('inquiry.consumer'), <AgencyName key="c" name={inquiry.consumer} />], [t('inquiry.provider'), <AgencyName key="p" name={inquiry.provider} />],
      [t('inquiry.question'), inquiry.question], [t('inquiry.answer'), inquiry.answer], [t('inquiries.time'), format.time(inquiry.createTime)],
      [t('inquiry.profile'), inquiry.profile],
    ]} />
  );
}

function Acts(props: { inquiry: Inquiry; onChanged: () => void }): ReactNode {
  const t = useText();
  const may = useMay();
  const { inquiry, onChanged } = props;
  const { name, etag } = inquiry;
  const extend = useWrite(method.extendInquiry);
  const close = useWrite(method.closeInquiry);
  const can = (action: string): boolean => inquiry.availableActions.includes(action);
  // The state table lets any staff of the side that asked close it, the method's policy some of them.
  const closes = can('CloseInquiry') && may(method.closeInquiry);
  const done = (answer: Inquiry | undefined): boolean => {
    if (answer !== undefined) onChanged();
    return answer !== undefined;
  };
  if (!can('AnswerInquiry') && !can('ExtendInquiry') && !closes) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('acts')}</h2>
      {can('AnswerInquiry') && <Answer {...props} />}
      <div className="sw-row">
        {can('ExtendInquiry') && !inquiry.extended && (
          <ReasonDialog label={t('inquiry.extend')} asked={{ max: 500, label: t('inquiry.extensionReason') }} error={extend.error}
            onReason={async (reason) => done(await extend.run({ name, etag, reason }))}>
            <p>{t('inquiry.extendText')}</p>
          </ReasonDialog>
        )}
        {closes && (
          <SureButton label={t('inquiry.close')} error={close.error} busy={close.busy} onOpen={close.clear} onReload={onChanged}
            onSure={async () => done(await close.run({ name, etag }))}>
            <p>{t(inquiry.state === State.OPEN ? 'inquiry.closeOpen' : 'inquiry.closeAnswered')}</p>
          </SureButton>
        )}
      </div>
    </section>
  );
}

function Answer(props: { inquiry: Inquiry; onChanged: () => void }): ReactNode {
  const t = useText();
  const { inquiry } = props;
  const draft = useDraft('answer', { answer: '' });
  const write = useWrite(method.answerInquiry);
  const send = async (): Promise<void> => {
    if (await write.run({ name: inquiry.name, etag: inquiry.etag, answer: draft.value.answer.trim() }) === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <DraftKeeper draft={draft} />
      <TextField label={t('inquiry.answer')} name="answer" rows={5} max={2000} value={draft.value.answer} required error={write.error}
        hint={t('inquiry.answerHint')} set={(answer) => draft.set({ answer })} />
      <ErrorPanel error={write.error} onReload={props.onChanged} />
      <p><Button type="primary" htmlType="submit" loading={write.busy} disabled={draft.value.answer.trim() === ''}>{t('inquiry.send')}</Button></p>
    </form>
  );
}
