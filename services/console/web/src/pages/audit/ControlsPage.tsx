// SPDX-License-Identifier: Apache-2.0
// What two administrators do to the log together: the retention in force, what waits for a second person, and
// proposals. One proposes, another confirms within an hour.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { LIVE, useCall } from '@/api';
import { AuditService } from '@/gen/shareway/audit/v1/audit_service_pb';
import type { Control, ProposeControlRequestSchema } from '@/gen/shareway/audit/v1/control_pb';
import type { LogRetention } from '@/gen/shareway/evidence/v1/record_pb';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { useFormat } from '@/i18n/format';
import { useAct } from '@/session/act';
import { useMay, usePerson } from '@/session/person';
import { ConfirmAct, DraftKeeper, ErrorPanel, Facts, NotSignedPanel, Page, Shown, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const { confirmControl, getControls, proposeControl } = AuditService.method;

/** A retention in words. */
function useRetention(): (retention: LogRetention | undefined) => string {
  const t = useText();
  const days = (count: number): string => (count === 0 ? t('retention.forEver') : t('retention.days', { count }));
  return (retention) => t('retention.both', {
    exchange: days(retention?.exchangeDays ?? 0), calls: days(retention?.callsDays ?? 0) });
}

export default function ControlsPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const words = useRetention();
  const controls = useCall(getControls, {}, { poll: LIVE });
  return (
    <Page title={t('control.title')} updated={controls.updated} onReload={controls.reload} loading={controls.loading}>
      <p>{t('control.what')}</p>
      <Shown read={controls}>{({ retention, waiting }) => (
        <>
          <section aria-labelledby="retention">
            <h2 id="retention">{t('retention.title')}</h2>
            <p>{words(retention)}</p>
          </section>
          <section aria-labelledby="waiting">
            <h2 id="waiting">{t('retention.waiting')}</h2>
            {waiting.length === 0 && <p>{t('control.none')}</p>}
            {waiting.map((control) => <Waiting key={control.name} control={control} onReload={controls.reload} />)}
          </section>
        </>
      )}</Shown>
      {may(proposeControl) && <Propose onDone={controls.reload} />}
    </Page>
  );
}

function Waiting(props: { control: Control; onReload: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const person = usePerson();
  const words = useRetention();
  const { control } = props;
  const what = control.stop ? t('retention.stop') : words(control.retention);
  return (
    <article className="sw-card" aria-label={control.name}>
      <Facts rows={[
        [t('control.effect'), what], [t('field.reason'), control.reason], [t('control.proposer'), control.proposer],
        [t('field.time'), format.time(control.time)], [t('control.until'), format.time(control.expireTime)],
        [t('control.name'), <code key="n">{control.name}</code>],
      ]} />
      {control.proposer === person.name ? <p>{t('control.own')}</p> : may(confirmControl) && (
        <ConfirmAct method={confirmControl} label={t('control.confirm')} danger onReload={props.onReload} onDone={props.onReload}
          // What is done is said again, so that nobody signs a digest alone.
          request={() => ({ name: control.name, stop: control.stop,
            ...(control.retention === undefined ? {} : { retention: control.retention }) })}>
          <p>{what}</p>
          <p><bdi>{control.reason}</bdi></p>
        </ConfirmAct>
      )}
    </article>
  );
}

interface Form { readonly kind: 'retention' | 'stop'; readonly exchange: string; readonly calls: string; readonly reason: string }
const EMPTY: Form = { kind: 'retention', exchange: '', calls: '', reason: '' };
const DAYS = /^(0|[1-9][0-9]{0,5})$/;

function Propose(props: { onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft<Form>('control', EMPTY);
  const act = useAct(proposeControl);
  const { value } = draft;
  const days = DAYS.test(value.exchange) && DAYS.test(value.calls);
  const ready = value.reason.trim() !== '' && (value.kind === 'stop' || days);
  const field = (key: 'exchange' | 'calls' | 'reason'): { value: string; set: (to: string) => void; error: typeof act.error } =>
    ({ value: value[key], error: act.error, set: (to) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    const reason = value.reason.trim();
    const request: MessageInitShape<typeof ProposeControlRequestSchema> = value.kind === 'stop' ? { stop: true, reason }
      : { retention: { exchangeDays: Number(value.exchange), callsDays: Number(value.calls) }, reason };
    if (await act.run(request) === undefined) return;
    draft.discard();
    props.onDone();
  };
  return (
    <section aria-labelledby="propose">
      <h2 id="propose">{t('control.propose')}</h2>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void send(); }}>
        <ChoiceField label={t('control.effect')} name="kind" value={value.kind}
          set={(kind) => draft.set((old) => ({ ...old, kind: kind === 'stop' ? 'stop' : 'retention' }))}
          choices={[{ value: 'retention', label: t('control.change') }, { value: 'stop', label: t('retention.stop') }]} />
        {value.kind === 'retention' && (
          <>
            <TextField label={t('control.exchange')} name="retention.exchange_days" type="number" {...field('exchange')}
              hint={t('control.exchangeHint')} required />
            <TextField label={t('control.calls')} name="retention.calls_days" type="number" {...field('calls')}
              hint={t('control.callsHint')} required />
          </>
        )}
        <TextField label={t('control.reason')} name="reason" rows={3} max={600} {...field('reason')} required />
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} onReload={props.onDone} />
        <Button type="primary" htmlType="submit" loading={act.busy} disabled={!ready}>{t('control.sign')}</Button>
      </form>
    </section>
  );
}
