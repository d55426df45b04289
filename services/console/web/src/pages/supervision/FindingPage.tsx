// SPDX-License-Identifier: Apache-2.0
// One finding: what was seen, what shows it, and what those concerned said and ruled.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import { Finding_Origin, Finding_State as State, type Finding } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { ConfirmAct, DraftKeeper, ErrorPanel, Facts, NotSignedPanel, ObjectLink, Page, Shown, useDraft, type Decided } from '@/ui';
import { TextField } from '@/ui/TextField';
import { NO_PROOF, ProofList, ProofRows, proofsOf, type Proof } from './Evidence';
import { useText } from './texts';
import { BodyName, FindingMark, FINDING_STATES } from './words';

const { confirmFinding, dismissFinding, getFinding, justifyFinding } = SupervisionService.method;

export default function FindingPage(): ReactNode {
  const t = useText();
  const name = `findings/${useParams()['id'] ?? ''}`;
  const finding = useCall(getFinding, { name }, { poll: LIVE });
  return (
    <Page title={t('finding.page', { name: name.slice(9) })} crumbs={[{ label: t('findings.title'), to: '/findings' }]}
      updated={finding.updated} onReload={finding.reload} loading={finding.loading}>
      <Shown read={finding}>{(one) => (
        <Profile of={one.profile}>
          <About finding={one} />
          <section aria-labelledby="proofs">
            <h2 id="proofs">{t('proof.title')}</h2>
            <ProofList evidence={one.evidence} />
          </section>
          <Acts finding={one} onReload={finding.reload} />
        </Profile>
      )}</Shown>
    </Page>
  );
}

function About(props: { finding: Finding }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { finding } = props;
  return (
    <Facts rows={[
      [t('field.state'), <FindingMark key="s" state={finding.state} />],
      [t('finding.since'), format.time(finding.stateTime)],
      [t('field.summary'), finding.summary],
      [t('field.about'), <BodyName key="a" name={finding.about} />],
      [t('finding.agency'), finding.agency === finding.about ? '' : <BodyName name={finding.agency} />],
      [t('field.subject'), finding.subject === '' ? '' : <ObjectLink name={finding.subject} />],
      [t('field.article'), finding.article],
      [t('field.due'), format.day(finding.dueDate)],
      [t('finding.origin'), finding.origin === Finding_Origin.REPORTED ? t('finding.REPORTED') : t('finding.AUTOMATIC')],
      [t('finding.reporter'), finding.reporter === '' ? '' : <BodyName name={finding.reporter} />],
      [t('finding.competent'), finding.competent === '' ? t('finding.noCompetent') : <BodyName name={finding.competent} />],
      [t('field.opened'), format.time(finding.createTime)],
      [t('finding.justification'), finding.justification],
      [t('finding.ruling'), finding.ruling],
    ]} />
  );
}

function useDecided(finding: Finding): Decided | undefined {
  const t = useText();
  const state = FINDING_STATES.find((one) => State[one] === finding.state);
  if (state === undefined || finding.stateTime === undefined) return undefined;
  const by = state === 'JUSTIFIED' ? finding.agency : finding.competent;
  return { by, at: timestampDate(finding.stateTime), what: t(`finding.${state}`) };
}

function Acts(props: { finding: Finding; onReload: () => void }): ReactNode {
  const t = useText();
  const { finding, onReload } = props;
  const decided = useDecided(finding);
  const may = (action: string): boolean => finding.availableActions.includes(action);
  if (finding.availableActions.length === 0) return null;
  const base = { name: finding.name, etag: finding.etag };
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('acts')}</h2>
      {may('JustifyFinding') && <Justify finding={finding} onReload={onReload} decided={decided} />}
      <p className="sw-row">
        {may('ConfirmFinding') && (
          <ConfirmAct method={confirmFinding} label={t('finding.confirm')} danger disabled={finding.evidence.length === 0}
            reason={{ label: t('finding.reasons'), name: 'reasons', max: 2000 }} decided={decided} onReload={onReload}
            request={(reasons) => ({ ...base, reasons })} onDone={onReload}>
            <p>{t('finding.confirmEffect')}</p>
            <p><bdi>{finding.summary}</bdi></p>
          </ConfirmAct>
        )}
        {may('DismissFinding') && (
          <ConfirmAct method={dismissFinding} label={t('finding.dismiss')} onReload={onReload} decided={decided}
            reason={{ label: t('finding.reasons'), name: 'reasons', max: 2000 }}
            request={(reasons) => ({ ...base, reasons })} onDone={onReload}>
            <p>{t('finding.dismissEffect')}</p>
          </ConfirmAct>
        )}
      </p>
      {may('ConfirmFinding') && finding.evidence.length === 0 && <p>{t('finding.needsProof')}</p>}
    </section>
  );
}

interface Form { readonly text: string; readonly proofs: readonly Proof[] }

function Justify(props: { finding: Finding; onReload: () => void; decided: Decided | undefined }): ReactNode {
  const t = useText();
  const { finding } = props;
  const draft = useDraft<Form>('justify', { text: '', proofs: [NO_PROOF] });
  const act = useAct(justifyFinding);
  const { value } = draft;
  const send = async (): Promise<void> => {
    const answer = await act.run({ name: finding.name, etag: finding.etag, justification: value.text.trim(), evidence: proofsOf(value.proofs) });
    if (answer === undefined) return;
    draft.discard();
    props.onReload();
  };
  return (
    <form className="sw-card" aria-label={t('finding.justify')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('finding.justify')}</h3>
      <p>{t('finding.justifyEffect')}</p>
      <DraftKeeper draft={draft} />
      <TextField label={t('finding.justification')} name="justification" value={value.text} rows={4} max={2000} required error={act.error}
        set={(text) => draft.set((old) => ({ ...old, text }))} />
      <ProofRows rows={value.proofs} error={act.error} set={(proofs) => draft.set((old) => ({ ...old, proofs }))} />
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} onReload={props.onReload} decided={props.decided} />
      <p><Button type="primary" htmlType="submit" loading={act.busy} disabled={value.text.trim() === ''}>{t('sign')}</Button></p>
    </form>
  );
}
