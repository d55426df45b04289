// SPDX-License-Identifier: Apache-2.0
// One project: what it builds, its catalogue and what is published of it already, the opinion, and what
// the agency shares, which is weighed beside it (R25 38).
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { LIVE, useBackend, useCall, useWrite } from '@/api';
import { Opinion_Result as Result, type PlannedEntry, type Project } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { CollectionMatch_Likeness as Likeness } from '@/gen/shareway/catalog/v1/source_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { Profile } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import {
  AgencyName, ConfirmAct, DraftKeeper, ErrorPanel, Facts, ObjectLink, Page, ReasonDialog, Shown, objectPath, useDraft, type Asked,
} from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { ChoiceField, TextField } from '@/ui/TextField';
import { GateOf, StateOf } from './ProjectsPage';
import { useText, useWord } from './texts';

const { method } = ProjectService;
const RESULTS = ['AGREE', 'AGREE_WITH_CHANGES', 'DISAGREE'] as const;

export default function ProjectPage(): ReactNode {
  const t = useText();
  const name = `projects/${useParams()['id'] ?? ''}`;
  const read = useCall(method.getProject, { name }, { poll: LIVE });
  return (
    <Page title={read.data?.title ?? name} crumbs={[{ label: t('list.title'), to: '/projects' }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>{(project) => <Profile of={project.profile}><One project={project} onReload={read.reload} /></Profile>}</Shown>
    </Page>
  );
}

function One(props: { project: Project; onReload: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const { project, onReload } = props;
  const { opinion } = project;
  return (
    <>
      <Facts rows={[
        [t('field.state'), <StateOf key="s" state={project.state} />],
        [t('gate.title'), <GateOf key="g" project={project} />],
        [t('field.agency'), <AgencyName key="a" name={project.agency} />],
        [t('field.approval'), project.approvalNumber],
        [t('field.budget'), project.budgetSource],
        [t('field.duties'), project.duties],
        [t('field.year'), String(project.year)],
        [t('field.systems'), <ul key="y">{project.systems.map((one, at) => <li key={at}><bdi>{one.title}</bdi>{one.duties !== '' && <> · <bdi>{one.duties}</bdi></>}</li>)}</ul>],
        [t('field.compilers'), project.compilers.join(', ')],
        [t('field.accepted'), format.time(project.acceptTime)],
        [t('field.acceptedBy'), project.acceptedBy],
        [t('field.withdrawn'), project.withdrawReason],
        [t('field.profile'), project.profile],
      ]} />
      {opinion !== undefined && opinion.result !== Result.RESULT_UNSPECIFIED && (
        <section aria-labelledby="opinion">
          <h2 id="opinion">{t('opinion.title')}</h2>
          <Facts rows={[
            [t('opinion.result'), word('result', Result[opinion.result])],
            [t('opinion.reason'), opinion.reason],
            [t('opinion.by'), opinion.issuer],
            [t('opinion.time'), format.time(opinion.issueTime)],
            [t('opinion.about'), t('opinion.compilation', { number: opinion.compilation, last: project.compilation })],
          ]} />
        </section>
      )}
      <section aria-labelledby="entries">
        <h2 id="entries">{t('plan.heading')}</h2>
        {project.entries.length === 0 ? <p>{t('plan.none')}</p> : project.entries.map((one) => <Entry key={one.id} entry={one} />)}
      </section>
      <Acts project={project} onReload={onReload} />
      <Shared agency={project.agency} year={project.year} />
    </>
  );
}

function Entry(props: { entry: PlannedEntry }): ReactNode {
  const t = useText();
  const word = useWord();
  const { entry } = props;
  if (entry.uses !== '') return <p>{t('plan.usesOne')} <ObjectLink name={entry.uses} /></p>;
  return (
    <div className="sw-card">
      <h3><bdi>{entry.title}</bdi></h3>
      <p>{word('shareClass', ShareClass[entry.shareClass])}{entry.resource !== '' && <> · {t('plan.handedIn')} <ObjectLink name={entry.resource} /></>}</p>
      <div className="sw-scroll">
        <table className="sw-table">
          <caption>{t('plan.itemsOf', { title: entry.title })}</caption>
          <thead><tr><th scope="col">{t('plan.item')}</th><th scope="col">{t('plan.definition')}</th><th scope="col">{t('plan.published')}</th></tr></thead>
          <tbody>
            {entry.items.map((item) => (
              <tr key={item.name}>
                <th scope="row"><bdi>{item.name}</bdi></th>
                <td><bdi>{item.definition}</bdi></td>
                <td>
                  {item.published.length === 0 ? t('plan.notPublished') : (
                    <ul>{item.published.map((place) => (
                      <li key={place.place}>
                        <ObjectLink name={place.place.slice(0, place.place.lastIndexOf('/'))}>{place.place}</ObjectLink>
                        {` · ${word('likeness', Likeness[place.likeness])} · ${word('shareClass', ShareClass[place.shareClass])} · `}<AgencyName name={place.provider} />
                      </li>))}</ul>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Acts(props: { project: Project; onReload: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const { project, onReload } = props;
  const { name, etag } = project;
  const draft = useDraft<{ result: string; reason: string; bindings: Readonly<Record<string, string>> }>('acts', { result: '', reason: '', bindings: {} });
  const { value } = draft;
  const handIn = useWrite(method.handInCatalog);
  const withdraw = useWrite(method.withdrawProject);
  const can = (action: string): boolean => project.availableActions.includes(action);
  const result = RESULTS.find((one) => one === value.result);
  const backend = useBackend();
  const decided: Asked = async () => {
    const { opinion } = await backend.call(method.getProject, { name });
    return opinion === undefined ? undefined : { by: opinion.issuer, at: opinion.issueTime === undefined ? undefined : timestampDate(opinion.issueTime) };
  };
  const bindings = project.entries.filter((one) => one.uses === '' && (value.bindings[one.id] ?? '').trim() !== '')
    .map((one) => ({ entry: one.id, resource: (value.bindings[one.id] ?? '').trim() }));
  const done = (): void => { draft.discard(); onReload(); };
  if (project.availableActions.length === 0) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('act.title')}</h2>
      <DraftKeeper draft={draft} />
      <div className="sw-row">
        {can('UpdateProject') && <Link to={`${objectPath(name)}/edit`}>{t('act.edit')}</Link>}
        {can('PrecompileCatalog') && <Link to={`${objectPath(name)}/catalogue`}>{t('act.plan')}</Link>}
        {can('IssueOpinion') && (
          <ConfirmAct method={method.issueOpinion} label={t('act.opinion')} primary onReload={onReload} decided={decided} onDone={done}
            disabled={false} request={() => ({ name, etag, result: result === undefined ? Result.RESULT_UNSPECIFIED : Result[result], reason: value.reason.trim() })}>
            <p>{t('act.opinionText')}</p>
            <ChoiceField label={t('opinion.result')} name="result" value={value.result} required set={(to) => draft.set((old) => ({ ...old, result: to }))}
              choices={[{ value: '', label: t('choose') }, ...RESULTS.map((one) => ({ value: one, label: word('result', one) }))]} />
            <TextField label={t('opinion.reason')} name="reason" value={value.reason} rows={4} max={1000} hint={t('act.opinionHint')}
              set={(reason) => draft.set((old) => ({ ...old, reason }))} />
          </ConfirmAct>
        )}
        {can('AcceptProject') && (
          <ConfirmAct method={method.acceptProject} label={t('act.accept')} primary onReload={onReload} decided={decided} onDone={done} request={() => ({ name, etag })}>
            <p>{t('act.acceptText')}</p>
          </ConfirmAct>
        )}
        {can('WithdrawProject') && (
          <ReasonDialog label={t('act.withdraw')} danger asked={{ name: 'reason', max: 1000 }} error={withdraw.error}
            onReason={async (reason) => {
              if (await withdraw.run({ name, etag, reason }) === undefined) return false;
              done();
              return true;
            }}>
            <p>{t('act.withdrawText')}</p>
          </ReasonDialog>
        )}
      </div>
      {can('HandInCatalog') && (
        <form className="sw-card" aria-label={t('act.handIn')} onSubmit={(event) => {
          event.preventDefault();
          void handIn.run({ name, etag, bindings }).then((answer) => { if (answer !== undefined) done(); });
        }}>
          <h3>{t('act.handIn')}</h3>
          <p>{t('act.handInText')}</p>
          {project.entries.filter((one) => one.uses === '').map((one) => (
            <ResourceField key={one.id} label={t('act.binding', { title: one.title })} name={`bindings.${one.id}`} value={value.bindings[one.id] ?? one.resource}
              provider={project.agency} set={(to) => draft.set((old) => ({ ...old, bindings: { ...old.bindings, [one.id]: to } }))} />
          ))}
          <ErrorPanel error={handIn.error} onReload={onReload} decided={decided} />
          <Button htmlType="submit" loading={handIn.busy} disabled={bindings.length === 0}>{t('act.handIn')}</Button>
        </form>
      )}
    </section>
  );
}

// What the agency shared in the project's year, up to today.
function Shared(props: { agency: string; year: number }): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const { agency, year } = props;
  const today = new Date().toISOString().slice(0, 10);
  const fromDate = `${year}-01-01`;
  const when = may(SupervisionService.method.getScorecard) && fromDate <= today;
  const toDate = `${year}-12-31` < today ? `${year}-12-31` : today;
  const card = useCall(SupervisionService.method.getScorecard, { agency, fromDate, toDate }, { when });
  if (!when) return null;
  return (
    <section aria-labelledby="shared">
      <h2 id="shared">{t('shared.title')}</h2>
      <p>{t('shared.text', { from: format.day(fromDate), to: format.day(toDate) })}</p>
      <Shown read={card}>
        {({ results }) => (results === undefined ? <p>{t('shared.none')}</p> : (
          <Facts rows={[
            [t('shared.resources'), format.number(results.resources)],
            [t('shared.inTime'), format.number(results.repliesInTime)],
            [t('shared.late'), format.number(results.repliesLate)],
            [t('shared.given'), format.number(results.grantsGiven)],
            [t('shared.received'), format.number(results.grantsReceived)],
            [t('shared.findings'), format.number(results.findingsConfirmed)],
          ]} />
        ))}
      </Shown>
    </section>
  );
}
