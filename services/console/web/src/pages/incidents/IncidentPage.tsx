// SPDX-License-Identifier: Apache-2.0
// One incident: what happened, what was done, who was told, and what it came to.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useBackend, useCall, useWrite } from '@/api';
import { IncidentService, Incident_Severity as Severity, type Incident } from '@/gen/shareway/sharing/v1/incident_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, ConfirmAct, DraftKeeper, ErrorPanel, Facts, ObjectLink, Page, Shown, Timeline, useDraft, type Asked, type TimelineEvent } from '@/ui';
import { TextField } from '@/ui/TextField';
import { StateOf } from './IncidentsPage';
import { useText, useWord } from './texts';

const { method } = IncidentService;

export default function IncidentPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const name = `incidents/${useParams()['id'] ?? ''}`;
  const read = useCall(method.getIncident, { name }, { poll: LIVE });
  return (
    <Page title={read.data?.title ?? name} crumbs={[{ label: t('list.title'), to: '/incidents' }]}
      updated={read.updated} onReload={read.reload} loading={read.loading}>
      <Shown read={read}>
        {(one) => (
          <>
            <Facts rows={[
              [t('field.state'), <StateOf key="s" state={one.state} />],
              [t('field.severity'), word('severity', Severity[one.severity])],
              [t('field.agency'), <AgencyName key="a" name={one.agency} />],
              [t('field.happened'), format.time(one.happenTime)],
              [t('field.reported'), format.time(one.createTime)],
              [t('field.text'), one.text],
              [t('field.closed'), format.time(one.closeTime)],
              [t('field.conclusion'), one.conclusion],
              [t('field.profile'), one.profile],
            ]} />
            {one.grants.length > 0 && (
              <section aria-labelledby="grants">
                <h2 id="grants">{t('field.grants')}</h2>
                <p>{t('page.grants')}</p>
                <ul>{one.grants.map((grant) => <li key={grant}><ObjectLink name={grant} /></li>)}</ul>
              </section>
            )}
            <section aria-labelledby="done">
              <h2 id="done">{t('page.done')}</h2>
              <Timeline label={t('page.done')} events={eventsOf(one, t('page.told'))} />
            </section>
            <Acts incident={one} onChanged={read.reload} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function eventsOf(incident: Incident, told: string): TimelineEvent[] {
  const all = [
    ...incident.measures.map((one) => ({ time: one.time, actor: one.actor, title: one.text })),
    ...incident.notices.map((one) => ({ time: one.time, actor: one.actor, title: `${told} ${one.body} · ${one.documentNumber}` })),
  ].map((one, at) => ({ key: `${at}`, at: one.time === undefined ? undefined : timestampDate(one.time), by: one.actor, title: <bdi>{one.title}</bdi> }));
  return all.sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
}

function Acts(props: { incident: Incident; onChanged: () => void }): ReactNode {
  const t = useText();
  const { incident, onChanged } = props;
  const { name, etag } = incident;
  const draft = useDraft('acts', { measure: '', body: '', document: '', conclusion: '' });
  const { value } = draft;
  const measure = useWrite(method.addMeasure);
  const notice = useWrite(method.notifyBody);
  const can = (action: string): boolean => incident.availableActions.includes(action);
  const put = (key: keyof typeof value) => (to: string): void => draft.set((old) => ({ ...old, [key]: to }));
  const backend = useBackend();
  const decided: Asked = async () => {
    const last = eventsOf(await backend.call(method.getIncident, { name }), '').at(-1);
    return last?.by === undefined ? undefined : { by: last.by, at: last.at };
  };
  const done = (answer: object | undefined, ...keys: (keyof typeof value)[]): void => {
    if (answer === undefined) return;
    draft.set((old) => ({ ...old, ...Object.fromEntries(keys.map((key) => [key, ''])) }));
    onChanged();
  };
  if (incident.availableActions.length === 0) return null;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('act.title')}</h2>
      <DraftKeeper draft={draft} />
      {can('AddMeasure') && (
        <form className="sw-card" aria-label={t('act.addMeasure')} onSubmit={(event) => {
          event.preventDefault();
          void measure.run({ name, etag, text: value.measure.trim() }).then((answer) => done(answer, 'measure'));
        }}>
          <TextField label={t('act.measure')} name="text" value={value.measure} error={measure.error} rows={3} max={1000} set={put('measure')} />
          <ErrorPanel error={measure.error} onReload={onChanged} decided={decided} />
          <Button htmlType="submit" loading={measure.busy} disabled={value.measure.trim() === ''}>{t('act.addMeasure')}</Button>
        </form>
      )}
      {can('NotifyBody') && (
        <form className="sw-card" aria-label={t('act.notify')} onSubmit={(event) => {
          event.preventDefault();
          void notice.run({ name, etag, body: value.body.trim(), documentNumber: value.document.trim() })
            .then((answer) => done(answer, 'body', 'document'));
        }}>
          <p>{t('act.notifyText')}</p>
          <TextField label={t('act.body')} name="body" value={value.body} error={notice.error} max={100} set={put('body')} />
          <TextField label={t('act.document')} name="document_number" value={value.document} error={notice.error} max={100} set={put('document')} />
          <ErrorPanel error={notice.error} onReload={onChanged} decided={decided} />
          <Button htmlType="submit" loading={notice.busy} disabled={value.body.trim() === '' || value.document.trim() === ''}>{t('act.notify')}</Button>
        </form>
      )}
      {can('CloseIncident') && (
        <ConfirmAct method={method.closeIncident} label={t('act.close')} request={(conclusion) => ({ name, etag, conclusion })} onReload={onChanged}
          decided={decided} reason={{ label: t('field.conclusion'), name: 'conclusion', max: 2000 }} onDone={() => { draft.discard(); onChanged(); }}>
          <p>{t('act.closeText')}</p>
        </ConfirmAct>
      )}
    </section>
  );
}
