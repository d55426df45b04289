// SPDX-License-Identifier: Apache-2.0
// One demand: what is wanted, where it stands, and what the person can do about it now.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { LIVE, useCall, useWrite } from '@/api';
import { DeclineDemandRequest_Ground as Ground, Demand_State as State, DemandService, type Demand } from '@/gen/shareway/sharing/v1/demand_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { useMay, usePerson } from '@/session/person';
import {
  AgencyName, DraftKeeper, ErrorPanel, Facts, NotSignedPanel, ObjectLink, Page, Shown, useDraft, type Decided,
} from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ResourceField } from '@/ui/ResourceField';
import { SureButton } from '@/ui/SureButton';
import { ChoiceField, TextField } from '@/ui/TextField';
import { StateOf } from './DemandsPage';
import { useText, useWord } from './texts';

const { method } = DemandService;

export default function DemandPage(): ReactNode {
  const t = useText();
  const name = `demands/${useParams()['id'] ?? ''}`;
  const demand = useCall(method.getDemand, { name }, { poll: LIVE });
  return (
    <Page title={demand.data?.title ?? name} crumbs={[{ label: t('list.title'), to: '/demands' }]} updated={demand.updated}
      onReload={demand.reload} loading={demand.loading}>
      <Shown read={demand}>{(one) => (
        <Profile of={one.profile}>
          <About demand={one} />
          <Acts demand={one} onChanged={demand.reload} />
        </Profile>
      )}</Shown>
    </Page>
  );
}

function About(props: { demand: Demand }): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const { demand } = props;
  const agency = (name: string): ReactNode => (name === '' ? '' : <AgencyName name={name} />);
  return (
    <>
      <Facts rows={[
        [t('field.state'), <StateOf key="s" state={demand.state} />],
        [t('field.consumer'), agency(demand.consumer)], [t('field.provider'), agency(demand.provider)],
        [t('field.presumed'), agency(demand.presumedSource)],
        [t('field.notTheirs'), demand.notTheirs.length === 0 ? ''
          : <>{demand.notTheirs.map((one) => <div key={one}><AgencyName name={one} /></div>)}</>],
        [t('field.answer'), demand.answer], [t('field.citation'), demand.citation],
        [t('field.resource'), demand.resource === '' ? '' : (
          <span className="sw-row" key="r">
            <ObjectLink name={demand.resource} />
            {may(RequestService.method.createRequest) && (
              <Link to={`/requests/new?resource=${encodeURIComponent(demand.resource)}`}>{t('request')}</Link>)}
          </span>)],
        [t('field.basis'), demand.legalBasis], [t('field.scenario'), demand.scenario], [t('field.applicant'), demand.applicant],
        [t('field.created'), format.time(demand.createTime)], [t('field.ended'), format.time(demand.endTime)], [t('field.profile'), demand.profile],
      ]} />
      <section aria-labelledby="items">
        <h2 id="items">{t('field.items')}</h2>
        <table className="sw-table">
          <thead><tr><th scope="col">{t('field.itemTitle')}</th><th scope="col">{t('field.itemId')}</th></tr></thead>
          <tbody>{demand.items.map((item, at) => (
            <tr key={at}><th scope="row"><bdi>{item.title}</bdi></th><td><code>{item.id}</code></td></tr>))}</tbody>
        </table>
      </section>
    </>
  );
}

/** Who ended it, where that can only be one. */
function useDecided(demand: Demand): Decided | undefined {
  const word = useWord();
  if (demand.endTime === undefined || demand.state === State.LINKED) return undefined;
  return { by: demand.state === State.WITHDRAWN ? demand.consumer : demand.provider, at: timestampDate(demand.endTime),
    what: word('state', State[demand.state]) };
}

interface ActProps { readonly demand: Demand; readonly onChanged: () => void; readonly decided: Decided | undefined }

function Acts(props: { demand: Demand; onChanged: () => void }): ReactNode {
  const t = useText();
  const decided = useDecided(props.demand);
  const { availableActions } = props.demand;
  const all = { ...props, decided };
  if (availableActions.length === 0) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('acts')}</h2>
      {availableActions.includes('RouteDemand') && <Route {...all} />}
      {availableActions.includes('AcceptDemand') && <Accept {...all} />}
      {availableActions.includes('DeclineDemand') && <Decline {...all} />}
      {availableActions.includes('LinkResource') && <LinkEntry {...all} />}
      {availableActions.includes('WithdrawDemand') && <Withdraw {...all} />}
    </section>
  );
}

function Route(props: ActProps): ReactNode {
  const t = useText();
  const { demand } = props;
  const presumed = demand.notTheirs.includes(demand.presumedSource) ? '' : demand.presumedSource;
  const draft = useDraft('route', { provider: presumed });
  const act = useAct(method.routeDemand);
  const send = async (): Promise<void> => {
    if (await act.run({ name: demand.name, etag: demand.etag, provider: draft.value.provider.trim() }) === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form className="sw-card" aria-label={t('route.title')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('route.title')}</h3>
      <p>{t('route.text')}</p>
      <DraftKeeper draft={draft} />
      <AgencyField label={t('route.provider')} name="provider" value={draft.value.provider} required error={act.error} hint={t('route.hint')}
        set={(provider) => draft.set({ provider })} />
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} onReload={props.onChanged} decided={props.decided} />
      <Button type="primary" htmlType="submit" loading={act.busy} disabled={draft.value.provider.trim() === ''}>{t('route.sign')}</Button>
    </form>
  );
}

function Accept(props: ActProps): ReactNode {
  const t = useText();
  const { demand } = props;
  const draft = useDraft('accept', { answer: '' });
  const write = useWrite(method.acceptDemand);
  const send = async (): Promise<void> => {
    if (await write.run({ name: demand.name, etag: demand.etag, answer: draft.value.answer.trim() }) === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form className="sw-card" aria-label={t('accept.title')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('accept.title')}</h3>
      <p>{t('accept.text')}</p>
      <DraftKeeper draft={draft} />
      <TextField label={t('accept.answer')} name="answer" rows={3} max={1000} value={draft.value.answer} error={write.error}
        set={(answer) => draft.set({ answer })} />
      <ErrorPanel error={write.error} onReload={props.onChanged} decided={props.decided} />
      <Button type="primary" htmlType="submit" loading={write.busy}>{t('accept.send')}</Button>
    </form>
  );
}

function Decline(props: ActProps): ReactNode {
  const t = useText();
  const { demand } = props;
  const draft = useDraft('decline', { ground: '', reason: '', citation: '' });
  const act = useAct(method.declineDemand);
  const { value } = draft;
  const barred = value.ground === 'LEGAL_BAR';
  const put = (key: keyof typeof value) => (to: string): void => draft.set((old) => ({ ...old, [key]: to }));
  const send = async (): Promise<void> => {
    const done = await act.run({ name: demand.name, etag: demand.etag, ground: barred ? Ground.LEGAL_BAR : Ground.NOT_THE_SOURCE,
      reason: value.reason.trim(), citation: barred ? value.citation.trim() : '' });
    if (done === undefined) return;
    draft.discard();
    props.onChanged();
  };
  const whole = value.ground !== '' && value.reason.trim() !== '' && (!barred || value.citation.trim() !== '');
  return (
    <form className="sw-card" aria-label={t('decline.title')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('decline.title')}</h3>
      <DraftKeeper draft={draft} />
      <ChoiceField label={t('decline.ground')} name="ground" value={value.ground} set={put('ground')} error={act.error} required
        choices={[{ value: '', label: t('decline.choose') }, ...(['NOT_THE_SOURCE', 'LEGAL_BAR'] as const).map((one) => ({ value: one, label: t(`decline.${one}`) }))]} />
      {value.ground !== '' && <p>{t(barred ? 'decline.textBar' : 'decline.textOther')}</p>}
      <TextField label={t('decline.reason')} name="reason" rows={3} max={1000} value={value.reason} set={put('reason')} error={act.error} required />
      {barred && <TextField label={t('decline.citation')} name="citation" max={500} value={value.citation} set={put('citation')} error={act.error} required />}
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} onReload={props.onChanged} decided={props.decided} />
      <Button danger htmlType="submit" loading={act.busy} disabled={!whole}>{t('decline.sign')}</Button>
    </form>
  );
}

function LinkEntry(props: ActProps): ReactNode {
  const t = useText();
  const { agency } = usePerson();
  const { demand } = props;
  const draft = useDraft('link', { resource: '' });
  const write = useWrite(method.linkResource);
  const send = async (): Promise<void> => {
    if (await write.run({ name: demand.name, etag: demand.etag, resource: draft.value.resource.trim() }) === undefined) return;
    draft.discard();
    props.onChanged();
  };
  return (
    <form className="sw-card" aria-label={t('link.title')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t('link.title')}</h3>
      <p>{t('link.text')}</p>
      <DraftKeeper draft={draft} />
      <ResourceField label={t('link.resource')} name="resource" value={draft.value.resource} required error={write.error} hint={t('link.hint')}
        // The source links its own entries, the authority any.
        {...(demand.provider === agency ? { provider: agency } : {})} set={(resource) => draft.set({ resource })} />
      <ErrorPanel error={write.error} onReload={props.onChanged} decided={props.decided} />
      <Button htmlType="submit" loading={write.busy} disabled={draft.value.resource.trim() === ''}>{t('link.send')}</Button>
    </form>
  );
}

function Withdraw(props: ActProps): ReactNode {
  const t = useText();
  const { demand } = props;
  const write = useWrite(method.withdrawDemand);
  return (
    <p>
      <SureButton label={t('withdraw.title')} danger error={write.error} busy={write.busy} onOpen={write.clear} onReload={props.onChanged}
        decided={props.decided} onSure={async () => {
          const done = await write.run({ name: demand.name, etag: demand.etag });
          if (done !== undefined) props.onChanged();
          return done !== undefined;
        }}>
        <p>{t('withdraw.text')}</p>
      </SureButton>
    </p>
  );
}
