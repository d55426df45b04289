// SPDX-License-Identifier: Apache-2.0
// One dispute: its stage, terms and steps, what the person may do, and its evidence pack as a file.
import { toJsonString } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { ApiError, LIVE, useBackend, useCall, useWrite } from '@/api';
import {
  Dispute_Matter, Dispute_Outcome, Dispute_Stage, DisputePackSchema, DisputeService, type Dispute,
} from '@/gen/shareway/sharing/v1/dispute_pb';
import { AgencyName, Clock, ConfirmAct, ErrorPanel, Facts, ObjectLink, Page, ReasonDialog, saveAs, Shown, Timeline } from '@/ui';
import { Attachments } from '@/ui/files';
import { Proposals } from './Proposals';
import { useText, useWord } from './texts';

const { method } = DisputeService;

export default function DisputePage(): ReactNode {
  const t = useText();
  const name = `disputes/${useParams()['id'] ?? ''}`;
  const read = useCall(method.getDispute, { name }, { poll: LIVE });
  return (
    <Page title={name} updated={read.updated} onReload={read.reload} loading={read.loading}
      crumbs={[{ label: t('list.title'), to: '/disputes' }]} actions={<Pack name={name} />}>
      <Shown read={read}>{(one) => <One one={one} onChanged={read.reload} />}</Shown>
    </Page>
  );
}

function Pack(props: { name: string }): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [error, setError] = useState<ApiError>();
  const fetchPack = async (): Promise<void> => {
    try {
      const pack = await backend.call(method.exportDisputePack, { name: props.name });
      saveAs(`${props.name.replace('/', '-')}.json`, toJsonString(DisputePackSchema, pack), 'application/json');
      setError(undefined);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown);
    }
  };
  return <><Button onClick={() => void fetchPack()}>{t('pack')}</Button><ErrorPanel error={error} /></>;
}

function One(props: { one: Dispute; onChanged: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { one, onChanged } = props;
  const { name, etag } = one;
  const respond = useWrite(method.respondDispute);
  const deadlock = useWrite(method.declareDeadlock);
  const escalate = useWrite(method.escalateDispute);
  const withdraw = useWrite(method.withdrawDispute);
  const can = (action: string): boolean => one.availableActions.includes(action);
  const told = (answer: unknown): boolean => { if (answer !== undefined) onChanged(); return answer !== undefined; };
  const terms = one.settlement?.terms;
  return (
    <>
      <div className="sw-row">
        {can('RespondDispute') && <ReasonDialog label={t('respond')} asked={{ label: t('statement'), name: 'statement', max: 2000 }}
          error={respond.error} onReason={async (statement) => told(await respond.run({ name, etag, statement }))} />}
        {can('AcceptSettlement') && terms !== undefined && (
          <ConfirmAct method={method.acceptSettlement} label={t('accept')} primary onDone={onChanged} onReload={onChanged}
            request={() => ({ name, etag, outcome: terms.outcome })}>
            <p>{word('outcome', Dispute_Outcome[terms.outcome])}</p><p><bdi>{terms.text}</bdi></p>
          </ConfirmAct>
        )}
        {can('DeclareDeadlock') && <ReasonDialog label={t('deadlock')} asked={{ max: 1000 }} error={deadlock.error}
          onReason={async (reason) => told(await deadlock.run({ name, etag, reason }))} />}
        {can('EscalateDispute') && <ReasonDialog label={t('escalate')} asked={{ max: 1000 }} error={escalate.error}
          onReason={async (reason) => told(await escalate.run({ name, etag, reason }))} />}
        {can('WithdrawDispute') && <Button danger loading={withdraw.busy}
          onClick={() => void withdraw.run({ name, etag }).then(told)}>{t('withdraw')}</Button>}
      </div>
      <ErrorPanel error={withdraw.error} onReload={onChanged} />
      <p>{t('path')}</p>
      <Facts rows={[
        [t('field.stage'), word('stage', Dispute_Stage[one.stage])],
        [t('field.due'), one.dueDate === '' ? '' : <Clock key="d" due={one.dueDate} provisional={one.dueProvisional}
          state={one.stage === Dispute_Stage.CLOSED ? 'stopped' : 'running'} />],
        [t('field.matter'), word('matter', Dispute_Matter[one.matter])],
        [t('field.subject'), <ObjectLink key="s" name={one.subject} />],
        [t('field.consumer'), <AgencyName key="c" name={one.consumer} />],
        [t('field.provider'), <AgencyName key="p" name={one.provider} />],
        [t('field.claim'), one.claim],
        [t('field.cuts'), one.cuts.join('\n')],
        [t('field.coordinator'), one.coordinator],
        [t('field.decider'), one.decider],
        [t('field.outcome'), one.outcome === Dispute_Outcome.OUTCOME_UNSPECIFIED ? '' : word('outcome', Dispute_Outcome[one.outcome])],
        [t('field.ruling'), one.ruling],
        [t('field.grant'), one.grant === '' ? '' : <ObjectLink key="g" name={one.grant} />],
        [t('field.terms'), terms === undefined ? '' : `${word('outcome', Dispute_Outcome[terms.outcome])} ${terms.text}`],
        [t('field.proposer'), one.settlement === undefined ? '' : <AgencyName key="o" name={one.settlement.proposer} />],
        [t('field.agreed'), one.settlement?.agreed.join(', ') ?? ''],
      ]} />
      <Proposals dispute={one} onChanged={onChanged} />
      <Attachments subject={name} />
      <section aria-labelledby="steps">
        <h2 id="steps">{t('steps')}</h2>
        <Timeline label={t('steps')} events={one.steps.map((step, index) => ({
          key: String(index), at: step.time === undefined ? undefined : timestampDate(step.time),
          title: `${word('stage', Dispute_Stage[step.stage])} ${step.action}`, by: step.actor, text: <bdi>{step.note}</bdi> }))} />
      </section>
    </>
  );
}
