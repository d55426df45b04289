// SPDX-License-Identifier: Apache-2.0
// One correction: what is asked, the answer and its time, and the recall of what was wrong.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { LIVE, useCall, usePages, useWrite } from '@/api';
import {
  Correction_State, CorrectionService, Recall_Basis, Recall_State, type Correction, type Recall,
} from '@/gen/shareway/sharing/v1/correction_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, ConfirmAct, DataTable, DraftKeeper, ErrorPanel, Facts, ObjectLink, Page, Shown, Status, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { DueOf, StateOf } from './CorrectionsPage';
import { useText, useWord } from './texts';

const { method } = CorrectionService;

export default function CorrectionPage(): ReactNode {
  const t = useText();
  const name = `corrections/${useParams()['id'] ?? ''}`;
  const read = useCall(method.getCorrection, { name }, { poll: LIVE });
  return (
    <Page title={name} updated={read.updated} onReload={read.reload} loading={read.loading}
      crumbs={[{ label: t('list.title'), to: '/corrections' }]}>
      <Shown read={read}>{(one) => <One one={one} onChanged={read.reload} />}</Shown>
    </Page>
  );
}

function One(props: { one: Correction; onChanged: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { one } = props;
  return (
    <>
      <Actions one={one} onChanged={props.onChanged} />
      <section aria-labelledby="overview">
        <h2 id="overview">{t('overview')}</h2>
        <Facts rows={[
          [t('field.state'), <StateOf key="s" state={one.state} />],
          [t('field.due'), one.dueDate === '' ? '' : <DueOf key="d" correction={one} />],
          [t('field.resource'), <ObjectLink key="r" name={one.resource} />],
          [t('field.consumer'), <AgencyName key="c" name={one.consumer} />],
          [t('field.provider'), <AgencyName key="p" name={one.provider} />],
          [t('field.exchange'), one.exchange === '' ? t('field.whole') : one.exchange],
          [t('field.place'), one.exchange === '' ? '' : format.number(one.place)],
          [t('field.item'), one.item],
          [t('field.description'), one.description],
          [t('field.proposed'), one.proposedValue],
          [t('field.evidence'), one.evidence],
          [t('field.proceed'), t(one.businessMayProceed ? 'yes' : 'no')],
          [t('field.opener'), one.opener],
          [t('field.created'), format.time(one.createTime)],
          [t('field.answerer'), one.answerer],
          [t('field.answer'), one.answer],
          [t('field.proof'), one.proof],
          [t('field.source'), one.source === '' ? '' : <AgencyName key="o" name={one.source} />],
          [t('field.ended'), format.time(one.endTime)],
          [t('field.dispute'), one.dispute === '' ? '' : <ObjectLink key="x" name={one.dispute} />],
          [t('field.recalled'), format.time(one.recallTime)],
          [t('field.recallReason'), one.recallReason],
          [t('field.nodes'), one.reportedNodes.join('\n')],
          [t('field.told'), one.toldCount === 0 ? '' : format.number(one.toldCount)],
          [t('field.confirmed'), one.toldCount === 0 ? '' : format.number(one.confirmedCount)],
        ]} />
      </section>
      {one.recallTime !== undefined && <Recalls correction={one.name} onChanged={props.onChanged} />}
    </>
  );
}

function Actions(props: { one: Correction; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { one, onChanged } = props;
  const { name, etag } = one;
  const draft = useDraft('answer', { outcome: 'CORRECTED', answer: '', proof: '', source: '', reason: '', everyone: false });
  const acknowledge = useWrite(method.acknowledgeCorrection);
  const withdraw = useWrite(method.withdrawCorrection);
  const { value } = draft;
  const can = (action: string): boolean => one.availableActions.includes(action);
  const done = (): void => { draft.discard(); onChanged(); };
  const decided = one.endTime === undefined || one.answerer === '' ? undefined
    : { by: one.answerer, at: timestampDate(one.endTime), what: word('state', Correction_State[one.state]) };
  const common = { onDone: done, onReload: onChanged, decided };
  const put = (field: keyof typeof value) => (text: string): void => draft.set((old) => ({ ...old, [field]: text }));
  return (
    <>
      <DraftKeeper draft={draft} />
      <div className="sw-row">
        {can('AcknowledgeCorrection') && (
          <Button type="primary" loading={acknowledge.busy} onClick={() => {
            void acknowledge.run({ name, etag }).then((answer) => { if (answer !== undefined) onChanged(); });
          }}>{t('acknowledge')}</Button>
        )}
        {can('ResolveCorrection') && (
          <ConfirmAct method={method.resolveCorrection} label={t('resolve')} primary {...common}
            request={() => ({
              name, etag, answer: value.answer.trim(),
              outcome: Correction_State[value.outcome as keyof typeof Correction_State],
              proof: value.outcome === 'CONFIRMED' ? value.proof.trim() : '',
              source: value.outcome === 'NOT_OURS' ? value.source.trim() : '',
            })}>
            <ChoiceField label={t('outcome')} name="outcome" value={value.outcome} set={put('outcome')} required
              choices={['CORRECTED', 'CONFIRMED', 'NOT_OURS'].map((key) => ({ value: key, label: word('state', key) }))} />
            <TextField label={t('field.answer')} name="answer" value={value.answer} set={put('answer')} rows={3} max={2000} />
            {value.outcome === 'CONFIRMED' && (
              <TextField label={t('field.proof')} name="proof" value={value.proof} set={put('proof')} rows={3} max={2000} required />
            )}
            {value.outcome === 'NOT_OURS' && (
              <TextField label={t('field.source')} name="source" value={value.source} set={put('source')} hint="agencies/…" required />
            )}
          </ConfirmAct>
        )}
        {can('RejectCorrection') && (
          <ConfirmAct method={method.rejectCorrection} label={t('reject')} reason={{ max: 2000 }} danger {...common}
            request={(reason) => ({ name, etag, reason })}><p>{t('rejectText')}</p></ConfirmAct>
        )}
        {can('RecallCorrection') && (
          <ConfirmAct method={method.recallCorrection} label={t('recall')} reason={{ max: 1000 }} danger {...common}
            request={(reason) => ({ name, etag, reason, allGrantees: value.everyone })}>
            <p>{t('recallText')}</p>
            <Checkbox checked={value.everyone} onChange={(event) => draft.set((old) => ({ ...old, everyone: event.target.checked }))}>
              {t('everyone')}
            </Checkbox>
          </ConfirmAct>
        )}
        {can('WithdrawCorrection') && (
          <Button danger loading={withdraw.busy} onClick={() => {
            void withdraw.run({ name, etag }).then((answer) => { if (answer !== undefined) onChanged(); });
          }}>{t('withdraw')}</Button>
        )}
      </div>
      <ErrorPanel error={acknowledge.error ?? withdraw.error} onReload={onChanged} decided={decided} />
    </>
  );
}

function Recalls(props: { correction: string; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const read = usePages(method.listRecalls, { pageSize: 100, correction: props.correction }, (r) => r.recalls, { poll: LIVE });
  const mine = read.data?.filter((one) => one.availableActions.includes('ConfirmRecall')) ?? [];
  return (
    <section aria-labelledby="recalls">
      <h2 id="recalls">{t('recalls.title')}</h2>
      {mine.map((one) => <Confirm key={one.name} recall={one} onChanged={() => { read.reload(); props.onChanged(); }} />)}
      <Shown read={read}>
        {(rows) => (
          <DataTable caption={t('recalls.title')} rows={rows} rowKey={(one) => one.name} hasMore={read.hasMore} onMore={read.more}
            loading={read.loading} empty={<p>{t('recalls.none')}</p>}
            columns={[
              { key: 'who', title: t('recalls.who'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'basis', title: t('recalls.basis'), render: (one) => word('basis', Recall_Basis[one.basis]) },
              { key: 'state', title: t('recalls.state'), render: (one) => (
                <Status tone={one.state === Recall_State.TOLD ? 'warn' : 'good'}>{word('recallState', Recall_State[one.state])}</Status>) },
              { key: 'told', title: t('recalls.told'), render: (one) => format.time(one.createTime) },
              { key: 'done', title: t('recalls.done'), render: (one) => format.time(one.confirmTime) },
              { key: 'note', title: t('recalls.note'), render: (one) => <bdi>{one.note}</bdi> },
            ]} />
        )}
      </Shown>
    </section>
  );
}

function Confirm(props: { recall: Recall; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { recall, onChanged } = props;
  const draft = useDraft(recall.name, { outcome: 'DISPOSED', note: '' });
  const write = useWrite(method.confirmRecall);
  const { value } = draft;
  const send = async (): Promise<void> => {
    const answer = await write.run({ name: recall.name, etag: recall.etag, note: value.note.trim(),
      outcome: Recall_State[value.outcome as keyof typeof Recall_State] });
    if (answer === undefined) return;
    draft.discard();
    onChanged();
  };
  return (
    <form className="sw-card" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <DraftKeeper draft={draft} />
      <p><bdi>{recall.reason}</bdi></p>
      <ChoiceField label={t('recalls.state')} name="outcome" value={value.outcome} error={write.error} required
        set={(outcome) => draft.set((old) => ({ ...old, outcome }))}
        choices={['DISPOSED', 'REPLACED', 'NOT_HELD'].map((key) => ({ value: key, label: word('recallState', key) }))} />
      <TextField label={t('recalls.note')} name="note" value={value.note} error={write.error} rows={2} max={1000}
        set={(note) => draft.set((old) => ({ ...old, note }))} />
      <ErrorPanel error={write.error} onReload={onChanged} />
      <Button type="primary" htmlType="submit" loading={write.busy}>{t('recalls.confirm')}</Button>
    </form>
  );
}
