// SPDX-License-Identifier: Apache-2.0
// What the person may do with a request now, as the service says by available_actions.
import { Button, Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { useWrite } from '@/api';
import type { ShareCondition } from '@/gen/shareway/catalog/v1/resource_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { Decision_Ground, Decision_Verdict, type SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { ConfirmAct, ErrorPanel, type Asked, type Draft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import type { Desk } from './desk';
import { useText, useWord } from './texts';

const { method } = RequestService;
const MOST_MISSING = 50;
const ACTS = ['DecideRequest', 'ConfirmDecision', 'SignOffDecision', 'ForwardRequest', 'ReturnRequest', 'AskSupplement',
              'AskExtension', 'ConsentExtension', 'RefuseExtension'];

export function DecideActs(props: {
  request: SharingRequest; draft: Draft<Desk>; conditions: readonly ShareCondition[];
  decided: Asked; onReload: () => void;
}): ReactNode {
  const t = useText();
  const { request, draft, onReload } = props;
  const { value } = draft;
  const { name, etag, scope } = request;
  const can = (action: string): boolean => request.availableActions.includes(action);
  const common = { onDone: (): void => { draft.discard(); onReload(); }, onReload, decided: props.decided };
  const put = (field: 'reason' | 'document') => (text: string): void => draft.set((old) => ({ ...old, [field]: text }));
  const struck = scope?.items.filter((item) => value.cuts[item] !== undefined) ?? [];
  const kept = scope?.items.filter((item) => value.cuts[item] === undefined) ?? [];
  const whole = struck.length > 0 && kept.length > 0 && struck.every((item) => value.cuts[item]?.trim() !== '');
  const { caseRequired } = value;
  const reason = <TextField label={t('field.reason')} name="reason" value={value.reason} set={put('reason')} rows={4} max={1000} required />;
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t('act.title')}</h2>
      {!ACTS.some(can) && <p>{t('closed')}</p>}
      {can('DecideRequest') && (
        <Checkbox checked={caseRequired} onChange={(event) => draft.set((old) => ({ ...old, caseRequired: event.target.checked }))}>
          {t('act.caseRequired')}
        </Checkbox>
      )}
      <div className="sw-row">
        {can('DecideRequest') && (
          <>
            <ConfirmAct method={method.decideRequest} label={t('act.approve')} primary disabled={struck.length > 0} {...common}
              request={() => ({ name, etag, decision: { verdict: Decision_Verdict.APPROVE, caseRequired } })}>
              <p>{t('act.approveText')}</p>
            </ConfirmAct>
            <ConfirmAct method={method.decideRequest} label={t('act.reduce')} disabled={!whole || scope === undefined} {...common}
              request={() => ({ name, etag, decision: {
                verdict: Decision_Verdict.APPROVE_REDUCED, caseRequired,
                ...(scope === undefined ? {} : { scope: {
                  ...scope, items: kept, maskedItems: scope.maskedItems.filter((item) => kept.includes(item)) } }),
                cuts: struck.map((subject) => ({ subject, reason: (value.cuts[subject] ?? '').trim() })),
              } })}>
              <p>{t('act.reduceText')}</p>
              <p><bdi>{t('act.kept', { items: kept.join(', ') })}</bdi></p>
            </ConfirmAct>
            <ConfirmAct method={method.decideRequest} label={t('act.refuse')} danger {...common}
              request={() => ({ name, etag, decision: {
                verdict: Decision_Verdict.REFUSE, reason: value.reason.trim(),
                ground: Decision_Ground[value.ground as keyof typeof Decision_Ground] ?? Decision_Ground.GROUND_UNSPECIFIED,
                condition: value.ground === 'CONDITION' ? value.condition : '',
                citation: value.ground === 'LEGAL_BAR' ? value.citation.trim() : '',
              } })}>
              <Refusal {...props} />
            </ConfirmAct>
          </>
        )}
        {can('ConfirmDecision') && (
          <ConfirmAct method={method.confirmDecision} label={t('act.confirm')} primary {...common} request={() => ({ name, etag })}>
            <p>{t('act.confirmText')}</p>
          </ConfirmAct>
        )}
        {can('SignOffDecision') && (
          <ConfirmAct method={method.signOffDecision} label={t('act.signOff')} primary {...common} request={() => ({ name, etag })}>
            <p>{t('act.signOffText')}</p>
          </ConfirmAct>
        )}
        {can('ForwardRequest') && (
          <ConfirmAct method={method.forwardRequest} label={t('act.forward')} primary {...common} request={() => ({ name, etag })} />
        )}
        {can('ReturnRequest') && (
          <ConfirmAct method={method.returnRequest} label={t('act.giveBack')} {...common}
            request={() => ({ name, etag, reason: value.reason.trim() })}>{reason}</ConfirmAct>
        )}
        {can('AskSupplement') && (
          <ConfirmAct method={method.askSupplement} label={t('act.supplement')} {...common}
            request={() => ({ name, etag, items: value.missing.map((one) => ({ subject: one.subject.trim(), missing: one.missing.trim() })) })}>
            <Missing draft={draft} />
          </ConfirmAct>
        )}
        {can('ConsentExtension') && (
          <ConfirmAct method={method.consentExtension} label={t('act.consent')} primary {...common}
            request={() => ({ name, etag, document: value.document.trim() })}>
            <TextField label={t('act.document')} name="document" value={value.document} set={put('document')} max={200} required />
          </ConfirmAct>
        )}
        {can('RefuseExtension') && (
          <ConfirmAct method={method.refuseExtension} label={t('act.refuseExtension')} {...common}
            request={() => ({ name, etag, reason: value.reason.trim() })}>{reason}</ConfirmAct>
        )}
      </div>
      {can('AskExtension') && <Extension {...props} />}
    </section>
  );
}

function Refusal(props: { draft: Draft<Desk>; conditions: readonly ShareCondition[] }): ReactNode {
  const t = useText();
  const word = useWord();
  const { draft } = props;
  const { value } = draft;
  const put = (field: 'reason' | 'ground' | 'condition' | 'citation') => (text: string): void =>
    draft.set((old) => ({ ...old, [field]: text }));
  const begin = (ground: string, reason: string): void => draft.set((old) => ({ ...old, ground, reason }));
  return (
    <>
      <p>{t('act.refuseText')}</p>
      <p className="sw-row">
        <span>{t('act.templates')}</span>
        <Button size="small" onClick={() => begin('CONDITION', t('template.conditionText'))}>{t('template.condition')}</Button>
        <Button size="small" onClick={() => begin('LEGAL_BAR', t('template.barText'))}>{t('template.bar')}</Button>
      </p>
      <ChoiceField label={t('act.ground')} name="decision.ground" value={value.ground} set={put('ground')} required
        choices={[{ value: '', label: t('act.choose') },
          ...['CONDITION', 'LEGAL_BAR', 'OTHER'].map((key) => ({ value: key, label: word('ground', key) }))]} />
      {value.ground === 'CONDITION' && (
        <ChoiceField label={t('act.condition')} name="decision.condition" value={value.condition} set={put('condition')} required
          choices={[{ value: '', label: t('act.choose') },
            ...props.conditions.map(({ id, text }) => ({ value: id, label: `${id} ${text}` }))]} />
      )}
      {value.ground === 'LEGAL_BAR' && (
        <TextField label={t('act.citation')} name="decision.citation" value={value.citation} set={put('citation')} max={500} required />
      )}
      <TextField label={t('field.reason')} name="decision.reason" value={value.reason} set={put('reason')} rows={4} max={1000} required />
    </>
  );
}

function Missing(props: { draft: Draft<Desk> }): ReactNode {
  const t = useText();
  const { draft } = props;
  const rows = draft.value.missing;
  const put = (at: number, field: 'subject' | 'missing') => (text: string): void => draft.set((old) => ({
    ...old, missing: old.missing.map((one, index) => (index === at ? { ...one, [field]: text } : one)) }));
  return (
    <>
      <p>{t('act.supplementText')}</p>
      {rows.map((row, at) => (
        <fieldset key={at}>
          <TextField label={t('act.subject', { number: at + 1 })} name={`items[${at}].subject`} value={row.subject} set={put(at, 'subject')} max={100} required />
          <TextField label={t('act.missing', { number: at + 1 })} name={`items[${at}].missing`} value={row.missing} set={put(at, 'missing')} max={500} required />
          {rows.length > 1 && (
            <Button onClick={() => draft.set((old) => ({ ...old, missing: old.missing.filter((_, index) => index !== at) }))}>
              {t('act.remove', { number: at + 1 })}
            </Button>
          )}
        </fieldset>
      ))}
      <Button disabled={rows.length >= MOST_MISSING}
        onClick={() => draft.set((old) => ({ ...old, missing: [...old.missing, { subject: '', missing: '' }] }))}>{t('act.add')}</Button>
    </>
  );
}

function Extension(props: { request: SharingRequest; draft: Draft<Desk>; decided: Asked; onReload: () => void }): ReactNode {
  const t = useText();
  const write = useWrite(method.askExtension);
  const { request: { name, etag }, draft, onReload } = props;
  const { value } = draft;
  return (
    <section aria-labelledby="extend">
      <h3 id="extend">{t('act.extend')}</h3>
      <p>{t('act.extendText')}</p>
      <TextField label={t('act.days')} name="days" type="number" value={value.days} error={write.error} required
        set={(days) => draft.set((old) => ({ ...old, days }))} />
      <TextField label={t('field.reason')} name="reason" value={value.reason} error={write.error} rows={3} max={1000} required
        set={(reason) => draft.set((old) => ({ ...old, reason }))} />
      <Button loading={write.busy} onClick={async () => {
        const days = Number.parseInt(value.days, 10);
        if (await write.run({ name, etag, days: Number.isSafeInteger(days) ? days : 0, reason: value.reason.trim() })) {
          draft.discard();
          onReload();
        }
      }}>{t('act.extend')}</Button>
      <ErrorPanel error={write.error} onReload={onReload} decided={props.decided} />
    </section>
  );
}
