// SPDX-License-Identifier: Apache-2.0
// One change of service: what the consumers say to it, the filing, and when it takes effect.
import { Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { ServiceChange_Kind as Kind, type ServiceChange } from '@/gen/shareway/sharing/v1/service_change_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { AgencyName, ConfirmAct, DataTable, DraftKeeper, Facts, ObjectLink, Page, Shown, Status, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { StateOf } from './ChangesPage';
import { useText, useWord } from './texts';

const { method } = GrantService;

export default function ChangePage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const name = `service-changes/${useParams()['id'] ?? ''}`;
  const read = useCall(method.getServiceChange, { name }, { poll: LIVE });
  return (
    <Page title={name} crumbs={[{ label: t('changes.title'), to: '/service-changes' }]} updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>
        {(one) => (
          <Profile of={one.profile}>
            <Facts rows={[
              [t('field.state'), <StateOf key="s" state={one.state} />],
              [t('field.kind'), word('kind', Kind[one.kind])],
              [t('field.resource'), <ObjectLink key="r" name={one.resource} />],
              [t('field.provider'), <AgencyName key="p" name={one.provider} />],
              [t('changes.reason'), one.reason],
              [t('changes.due'), format.day(one.dueDate)],
              [t('changes.effect'), format.day(one.effectDate)],
              [t('changes.receipt'), one.receiptNumber],
              [t('changes.reply'), one.reply],
              [t('field.profile'), one.profile],
              [t('field.article'), one.article],
            ]} />
            <section aria-labelledby="answers">
              <h2 id="answers">{t('changes.answers')}</h2>
              <DataTable caption={t('changes.answers')} rows={one.answers} rowKey={(each) => each.consumer} hasMore={false} onMore={() => undefined} loading={false}
                empty={<p>{t('changes.nobody')}</p>}
                columns={[
                  { key: 'consumer', title: t('field.consumer'), render: (each) => <AgencyName name={each.consumer} /> },
                  { key: 'answer', title: t('changes.answer'), render: (each) => (!each.answered ? t('changes.open')
                    : <Status tone={each.agrees ? 'good' : 'bad'}>{t(each.agrees ? 'changes.agrees' : 'changes.objects')}</Status>) },
                  { key: 'comment', title: t('changes.comment'), render: (each) => <bdi>{each.comment}</bdi> },
                  { key: 'person', title: t('changes.person'), render: (each) => <bdi>{each.person}</bdi> },
                  { key: 'time', title: t('field.time'), render: (each) => format.time(each.answerTime) },
                ]} />
            </section>
            <Acts change={one} onChanged={read.reload} />
          </Profile>
        )}
      </Shown>
    </Page>
  );
}

function Acts(props: { change: ServiceChange; onChanged: () => void }): ReactNode {
  const t = useText();
  const { change, onChanged } = props;
  const { name, etag } = change;
  const draft = useDraft('acts', { objects: false, comment: '', receipt: '', reply: '' });
  const { value } = draft;
  const put = (to: Partial<typeof value>): void => draft.set((old) => ({ ...old, ...to }));
  const can = (action: string): boolean => change.availableActions.includes(action);
  const common = { onReload: onChanged, onDone: () => { draft.discard(); onChanged(); } };
  const objected = change.answers.some((one) => one.answered && !one.agrees);
  if (change.availableActions.length === 0) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('act')}</h2>
      <DraftKeeper draft={draft} />
      {can('AnswerServiceChange') && (
        <div className="sw-card">
          <p><Checkbox checked={value.objects} onChange={(event) => put({ objects: event.target.checked })}>{t('changes.iObject')}</Checkbox></p>
          <TextField label={t('changes.comment')} name="comment" value={value.comment} rows={3} max={200} required={value.objects} set={(comment) => put({ comment })} />
          <ConfirmAct method={method.answerServiceChange} label={t(value.objects ? 'changes.object' : 'changes.agree')} primary {...common}
            disabled={value.objects && value.comment.trim() === ''} request={() => ({ name, etag, agrees: !value.objects, comment: value.comment.trim() })} />
        </div>
      )}
      {can('FileServiceChange') && (
        <div className="sw-card">
          <TextField label={t('changes.receipt')} name="receipt_number" value={value.receipt} max={100} required set={(receipt) => put({ receipt })} />
          <TextField label={t('changes.reply')} name="reply" value={value.reply} rows={4} max={2000} required={objected} hint={t('changes.replyHint')} set={(reply) => put({ reply })} />
          <ConfirmAct method={method.fileServiceChange} label={t('changes.file')} primary {...common}
            disabled={value.receipt.trim() === '' || (objected && value.reply.trim() === '')}
            request={() => ({ name, etag, receiptNumber: value.receipt.trim(), reply: value.reply.trim() })} />
        </div>
      )}
      {can('WithdrawServiceChange') && (
        <ConfirmAct method={method.withdrawServiceChange} label={t('changes.withdraw')} danger {...common} request={() => ({ name, etag })}>
          <p>{t('changes.withdrawText')}</p>
        </ConfirmAct>
      )}
    </section>
  );
}
