// SPDX-License-Identifier: Apache-2.0
// The disposal of a grant that is over: what is owed and until when, the report, and its acceptance.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { LIVE, bytesOf, hexOf, namesOf, useCall, useWrite } from '@/api';
import { Disposal_Method, Disposal_State, type Disposal } from '@/gen/shareway/sharing/v1/disposal_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { useFormat } from '@/i18n/format';
import { Clock, ConfirmAct, DraftKeeper, ErrorPanel, Facts, Shown, Status, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const DIGEST = /^[0-9a-fA-F]{64}$/;

export function DisposalPart(props: { grant: string; onChanged: () => void }): ReactNode {
  const t = useText();
  const name = `disposals/${props.grant.slice('grants/'.length)}`;
  const read = useCall(GrantService.method.getDisposal, { name }, { poll: LIVE });
  const changed = (): void => { read.reload(); props.onChanged(); };
  return (
    <section aria-labelledby="disposal">
      <h2 id="disposal">{t('disposal.title')}</h2>
      <Shown read={read}>{(disposal) => <One disposal={disposal} onChanged={changed} />}</Shown>
    </section>
  );
}

function One(props: { disposal: Disposal; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const { disposal, onChanged } = props;
  const { name, etag } = disposal;
  const over = disposal.state === Disposal_State.OVERDUE;
  const settled = disposal.state === Disposal_State.DISPOSAL_ACCEPTED;
  const can = (action: string): boolean => disposal.availableActions.includes(action);
  const { method } = GrantService;
  return (
    <>
      <Facts rows={[
        [t('disposal.state'), <Status key="s" tone={settled ? 'good' : over ? 'bad' : 'warn'}>
          {word('disposalState', Disposal_State[disposal.state])}</Status>],
        [t('disposal.due'), <Clock key="c" due={disposal.dueDate} daysLeft={disposal.workingDaysLeft}
          state={settled ? 'stopped' : over ? 'overdue' : 'running'} />],
        [t('disposal.method'), disposal.reportTime === undefined ? '' : word('disposalMethod', Disposal_Method[disposal.method])],
        [t('disposal.date'), format.day(disposal.disposedDate)],
        [t('disposal.person'), disposal.person],
        [t('disposal.digest'), disposal.manifestDigest.length === 0 ? ''
          : <code key="d" className="sw-code">{hexOf(disposal.manifestDigest)}</code>],
        [t('disposal.note'), disposal.note],
        [t('disposal.reported'), format.time(disposal.reportTime)],
        [t('disposal.decider'), disposal.decider],
        [t('disposal.rejection'), disposal.rejection],
        [t('disposal.article'), disposal.article],
      ]} />
      <div className="sw-row">
        {can('AcceptDisposal') && (
          <ConfirmAct method={method.acceptDisposal} label={t('disposal.accept')} primary onDone={onChanged} onReload={onChanged}
            request={() => ({ name, etag })}><p>{t('disposal.acceptText')}</p></ConfirmAct>
        )}
        {can('RejectDisposal') && (
          <ConfirmAct method={method.rejectDisposal} label={t('disposal.reject')} reason={{ max: 1000 }} onDone={onChanged}
            onReload={onChanged} request={(reason) => ({ name, etag, reason })} />
        )}
      </div>
      {can('ReportDisposal') && <Report disposal={disposal} onChanged={onChanged} />}
    </>
  );
}

function Report(props: { disposal: Disposal; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { disposal, onChanged } = props;
  const draft = useDraft('disposal', { method: 'ERASED', date: '', person: '', digest: '', note: '' });
  const write = useWrite(GrantService.method.reportDisposal);
  const [wrong, setWrong] = useState(false);
  const { value } = draft;
  const put = (field: keyof typeof value) => (text: string): void => draft.set((old) => ({ ...old, [field]: text }));
  const send = async (): Promise<void> => {
    const digest = value.digest.trim();
    const bad = digest !== '' && !DIGEST.test(digest);
    setWrong(bad);
    if (bad) return;
    const answer = await write.run({
      name: disposal.name, etag: disposal.etag, method: Disposal_Method[value.method as keyof typeof Disposal_Method],
      disposedDate: value.date, person: value.person.trim(), manifestDigest: bytesOf(digest), note: value.note.trim(),
    });
    if (answer === undefined) return;
    draft.discard();
    onChanged();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('disposal.report')}</h3>
      <DraftKeeper draft={draft} />
      <ChoiceField label={t('disposal.method')} name="method" value={value.method} set={put('method')} error={write.error} required
        choices={namesOf(Disposal_Method).map((key) => ({ value: key, label: word('disposalMethod', key) }))} />
      <TextField label={t('disposal.date')} name="disposed_date" type="date" value={value.date} set={put('date')} error={write.error} required />
      <TextField label={t('disposal.person')} name="person" value={value.person} set={put('person')} error={write.error} hint="people/…" required />
      <TextField label={t('disposal.digest')} name="manifest_digest" value={value.digest} set={put('digest')} error={write.error}
        hint={t('disposal.digestHint')} fault={wrong ? t('disposal.digestWrong') : undefined} />
      <TextField label={t('disposal.note')} name="note" value={value.note} set={put('note')} error={write.error} rows={3} max={1000}
        hint={t('disposal.noteHint')} />
      <ErrorPanel error={write.error} onReload={onChanged} />
      <Button type="primary" htmlType="submit" loading={write.busy}>{t('disposal.report')}</Button>
    </form>
  );
}
