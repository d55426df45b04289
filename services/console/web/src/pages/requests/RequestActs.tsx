// SPDX-License-Identifier: Apache-2.0
// What the person may do with a request now, as the service says by available_actions.
import { Button } from 'antd';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useBackend, useWrite } from '@/api';
import { DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SharingRequest_State as State, type SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { useMay, usePerson } from '@/session/person';
import { ConfirmAct, DraftKeeper, ErrorPanel, ReasonDialog, objectPath, useDraft, type Asked } from '@/ui';
import { SureButton } from '@/ui/SureButton';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

const { method } = RequestService;
// What is done at the desk, beside the comparison of scopes.
const AT_DESK = ['ForwardRequest', 'ReturnRequest', 'AskSupplement', 'AskExtension', 'ConsentExtension', 'RefuseExtension',
  'DecideRequest', 'ConfirmDecision', 'SignOffDecision'];

export function RequestActs(props: { request: SharingRequest; onReload: () => void }): ReactNode {
  const t = useText();
  const { request, onReload } = props;
  const may = useMay();
  const person = usePerson();
  const { name, etag } = request;
  const can = (action: string): boolean => request.availableActions.includes(action);
  const submit = useWrite(method.submitRequest);
  const withdraw = useWrite(method.withdrawRequest);
  const confirm = useWrite(method.confirmProvisioned);
  const dispute = useWrite(method.disputeProvisioned);
  const report = useWrite(method.reportProvisioned);
  const backend = useBackend();
  // The page's request is as it was before whoever came first: it is read again to tell who did.
  const decided: Asked = async () => {
    const last = (await backend.call(method.getRequest, { name })).steps.at(-1);
    return last === undefined ? undefined : { by: last.actor, at: last.time === undefined ? undefined : timestampDate(last.time) };
  };
  const did = (answer: object | undefined): boolean => {
    if (answer === undefined) return false;
    onReload();
    return true;
  };
  // Whoever asked may dispute what came of it; the service tells whether there is ground to.
  const ended = [State.REFUSED, State.APPROVED].includes(request.state);
  const disputes = ended && may(DisputeService.method.openDispute) && person.agency === request.consumer;
  if (request.availableActions.length === 0 && !disputes) return <p role="note">{t('act.none')}</p>;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('act.title')}</h2>
      {request.state === State.DRAFT && <p>{t('act.draftNext')}</p>}
      <div className="sw-row">
        {AT_DESK.some(can) && <Link to={`/inbox/${encodeURIComponent(name.slice('requests/'.length))}`}>{t('act.desk')}</Link>}
        {can('UpdateRequest') && <Link to={`${objectPath(name)}/edit`}>{t('act.edit')}</Link>}
        {can('SignOffRequest') && (
          <ConfirmAct method={method.signOffRequest} label={t('act.signOff')} primary request={() => ({ name, etag })}
            onDone={onReload} onReload={onReload} decided={decided}>
            <p>{t('act.signOffText')}</p>
          </ConfirmAct>
        )}
        {can('SubmitRequest') && (
          <Button type="primary" loading={submit.busy} onClick={() => void submit.run({ name, etag }).then(did)}>{t('act.submit')}</Button>
        )}
        {can('ConfirmProvisioned') && (
          <Button type="primary" loading={confirm.busy} onClick={() => void confirm.run({ name, etag }).then(did)}>{t('act.confirm')}</Button>
        )}
        {can('DisputeProvisioned') && (
          <ReasonDialog label={t('act.dispute')} asked={{ max: 1000, name: 'reason' }} error={dispute.error}
            onReason={async (reason) => did(await dispute.run({ name, etag, reason }))}>
            <p>{t('act.disputeText')}</p>
          </ReasonDialog>
        )}
        {can('ReportProvisioned') && (
          <ReasonDialog label={t('act.report')} asked={{ label: t('act.reportNote'), max: 500, name: 'note', optional: true }} error={report.error}
            onReason={async (note) => did(await report.run({ name, etag, note }))} />
        )}
        {disputes && <Link to={`/disputes/new?subject=${encodeURIComponent(name)}`}>{t('act.openDispute')}</Link>}
        {can('WithdrawRequest') && (
          <SureButton label={t('act.withdraw')} busy={withdraw.busy} error={withdraw.error} onOpen={withdraw.clear} onReload={onReload} decided={decided} danger
            onSure={async () => did(await withdraw.run({ name, etag }))}>
            <p>{t('act.withdrawText')}</p>
          </SureButton>
        )}
      </div>
      {[submit, confirm].map((write, at) => <ErrorPanel key={at} error={write.error} onReload={onReload} decided={decided} />)}
      {can('SupplementRequest') && <SupplementForm request={request} onReload={onReload} decided={decided} />}
    </section>
  );
}

// Every point that the provider asked for is answered, once and together.
function SupplementForm(props: { request: SharingRequest; onReload: () => void; decided: Asked }): ReactNode {
  const t = useText();
  const { request } = props;
  const draft = useDraft<Readonly<Record<string, string>>>('supplement', {});
  const write = useWrite(method.supplementRequest);
  const points = request.supplement?.items ?? [];
  const answerTo = (subject: string): string => (draft.value[subject] ?? '').trim();
  const send = async (): Promise<void> => {
    const { name, etag } = request;
    const kept = await write.run({ name, etag, items: points.map(({ subject }) => ({ subject, answer: answerTo(subject) })) });
    if (kept === undefined) return;
    draft.discard();
    props.onReload();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('act.supplement')}</h3>
      <p>{t('act.supplementText')}</p>
      <DraftKeeper draft={draft} />
      {points.map(({ subject, missing }, at) => (
        <TextField key={subject} label={subject} name={`items[${at}].answer`} value={draft.value[subject] ?? ''} error={write.error} rows={3} max={2000}
          required hint={missing} set={(text) => draft.set((old) => ({ ...old, [subject]: text }))} />
      ))}
      <ErrorPanel error={write.error} onReload={props.onReload} decided={props.decided} />
      <p><Button type="primary" htmlType="submit" loading={write.busy}
        disabled={points.some(({ subject }) => answerTo(subject) === '')}>{t('act.supplementSend')}</Button></p>
    </form>
  );
}
