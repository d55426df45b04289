// SPDX-License-Identifier: Apache-2.0
// Terms that a head puts on the table, and what the coordinator's officer records.
import { Button, Checkbox } from 'antd';
import { useState, type ReactNode } from 'react';
import { newRequestId, toApiError, useBackend, useCall, useWrite, type ApiError } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Dispute_Outcome as Outcome, DisputeService, type Dispute } from '@/gen/shareway/sharing/v1/dispute_pb';
import { ItemsStep } from '@/pages/requests/ItemsStep';
import { RowsStep } from '@/pages/requests/RowsStep';
import { UseStep } from '@/pages/requests/UseStep';
import { emptyForm, scopeOf, type Form } from '@/pages/requests/form';
import { ConfirmAct, DraftKeeper, ErrorPanel, Field, useDraft } from '@/ui';
import { LARGEST, keepFile, type Kept } from '@/ui/files';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const { method } = DisputeService;
const OUTCOMES = ['GRANT', 'RECLASSIFY', 'SUPPLY', 'UPHELD'] as const;

interface Typed {
  readonly outcome: string;
  readonly terms: string;
  readonly minutes: string;
  readonly proposes: boolean;
  readonly failed: boolean;
  readonly body: string;
  readonly number: string;
  readonly date: string;
  readonly reasons: string;
  readonly scope: Form;
}

export function Proposals(props: { dispute: Dispute; onChanged: () => void }): ReactNode {
  const t = useText();
  const { dispute, onChanged } = props;
  const { name, etag } = dispute;
  const can = (action: string): boolean => dispute.availableActions.includes(action);
  const draft = useDraft<Typed>('propose', {
    outcome: '', terms: '', minutes: '', proposes: false, failed: false, body: '', number: '', date: '', reasons: '', scope: emptyForm(dispute.resource) });
  const { value } = draft;
  const put = (change: Partial<Typed>): void => draft.set((old) => ({ ...old, ...change }));
  const mediation = useWrite(method.recordMediation);
  const [document, setDocument] = useState<Kept>();
  const outcome = OUTCOMES.find((one) => one === value.outcome);
  // Over a request, what was asked for is granted; over an entry, it has to be said.
  const scoped = outcome === 'GRANT' && dispute.subject.startsWith('resources/');
  const scope = scoped ? { scope: scopeOf(value.scope) } : {};
  const terms = { outcome: outcome === undefined ? Outcome.OUTCOME_UNSPECIFIED : Outcome[outcome], text: value.terms.trim(), ...scope };
  const done = (): void => { draft.discard(); setDocument(undefined); onChanged(); };
  if (!['ProposeSettlement', 'RecordMediation', 'RecordDecision'].some(can)) return null;
  const common = { onDone: done, onReload: onChanged };
  const proposing = can('ProposeSettlement') || can('RecordDecision') || value.proposes;
  return (
    <section aria-labelledby="propose">
      <h2 id="propose">{t('propose.title')}</h2>
      <DraftKeeper draft={draft} />
      {can('RecordMediation') && (
        <Checkbox checked={value.proposes} disabled={value.failed} onChange={(event) => put({ proposes: event.target.checked })}>{t('propose.withProposal')}</Checkbox>
      )}
      {proposing && <Terms dispute={dispute} value={value} put={put} scoped={scoped} error={mediation.error} words={can('ProposeSettlement') || value.proposes} />}
      {can('ProposeSettlement') && (
        <ConfirmAct method={method.proposeSettlement} label={t('propose.settlement')} {...common} disabled={outcome === undefined || value.terms.trim() === ''}
          request={() => ({ name, etag, terms })}>
          <p>{t('propose.settlementText')}</p>
        </ConfirmAct>
      )}
      {can('RecordMediation') && (
        <form className="sw-card" aria-label={t('propose.mediation')} onSubmit={(event) => {
          event.preventDefault();
          void mediation.run({ name, etag, minutes: value.minutes.trim(), failed: value.failed, ...(value.proposes && !value.failed ? { proposal: terms } : {}) })
            .then((answer) => { if (answer !== undefined) done(); });
        }}>
          <TextField label={t('propose.minutes')} name="minutes" value={value.minutes} error={mediation.error} rows={5} max={2000} required set={(minutes) => put({ minutes })} />
          <p><Checkbox checked={value.failed} onChange={(event) => put({ failed: event.target.checked })}>{t('propose.failed')}</Checkbox></p>
          <ErrorPanel error={mediation.error} onReload={onChanged} />
          <Button htmlType="submit" loading={mediation.busy} disabled={value.minutes.trim() === ''}>{t('propose.mediation')}</Button>
        </form>
      )}
      {can('RecordDecision') && (
        <div className="sw-card">
          <h3>{t('propose.decision')}</h3>
          <TextField label={t('propose.body')} name="deciding_body" value={value.body} max={100} required set={(body) => put({ body })} />
          <TextField label={t('propose.number')} name="document_number" value={value.number} max={100} required set={(number) => put({ number })} />
          <TextField label={t('propose.date')} name="document_date" type="date" value={value.date} required set={(date) => put({ date })} />
          <TextField label={t('propose.reasons')} name="reasons" value={value.reasons} rows={5} max={2000} required set={(reasons) => put({ reasons })} />
          <Document subject={name} onKept={setDocument} />
          <ConfirmAct method={method.recordDecision} label={t('propose.decision')} primary {...common}
            disabled={outcome === undefined || document === undefined || [value.body, value.number, value.date, value.reasons].some((one) => one.trim() === '')}
            request={() => ({
              name, etag, outcome: terms.outcome, decidingBody: value.body.trim(), documentNumber: value.number.trim(), documentDate: value.date,
              reasons: value.reasons.trim(), ...(document === undefined ? {} : { document }), ...scope,
            })}>
            <p>{t('propose.decisionText')}</p>
          </ConfirmAct>
        </div>
      )}
    </section>
  );
}

function Terms(props: {
  dispute: Dispute; value: Typed; put: (change: Partial<Typed>) => void; scoped: boolean; words: boolean; error: ApiError | undefined;
}): ReactNode {
  const t = useText();
  const word = useWord();
  const { dispute, value, put } = props;
  const resource = useCall(CatalogService.method.getResource, { name: dispute.resource }, { when: props.scoped && dispute.resource !== '' });
  const step = { form: value.scope, resource: resource.data, error: props.error,
    set: (change: Partial<Form>): void => put({ scope: { ...value.scope, ...change } }) };
  return (
    <>
      <ChoiceField label={t('propose.outcome')} name="outcome" value={value.outcome} error={props.error} required set={(outcome) => put({ outcome })}
        choices={[{ value: '', label: t('propose.choose') }, ...OUTCOMES.map((one) => ({ value: one, label: word('outcome', one) }))]} />
      {props.words && <TextField label={t('propose.terms')} name="terms.text" value={value.terms} error={props.error} rows={4} max={1000} required set={(terms) => put({ terms })} />}
      {props.scoped && (
        <fieldset className="sw-card">
          <legend>{t('propose.scope')}</legend>
          <ErrorPanel error={resource.error} />
          <ItemsStep {...step} />
          <RowsStep {...step} />
          <UseStep {...step} />
        </fieldset>
      )}
    </>
  );
}

// The document of a decision is kept for the dispute as soon as it is chosen.
function Document(props: { subject: string; onKept: (kept: Kept | undefined) => void }): ReactNode {
  const t = useText();
  const backend = useBackend();
  const [error, setError] = useState<ApiError>();
  const [kept, setKept] = useState('');
  const [tooBig, setTooBig] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    props.onKept(undefined);
    setKept('');
    setError(undefined);
    setTooBig(file !== undefined && file.size > LARGEST);
    if (file === undefined || file.size > LARGEST) return;
    try {
      const one = await keepFile(backend, props.subject, file, newRequestId());
      setKept(one.name);
      props.onKept(one);
    } catch (thrown) {
      setError(toApiError(thrown));
    }
  };
  return (
    <>
      <Field label={t('propose.document')} name="document" error={error} required hint={t('propose.documentHint')} fault={tooBig ? t('propose.tooBig') : undefined}>
        {(control) => (
          <input id={control.id} type="file" aria-describedby={control['aria-describedby']} accept=".pdf,.ofd,.docx,.png,.jpg,.tif"
            onChange={(event) => void take(event.target.files?.[0])} />
        )}
      </Field>
      {kept !== '' && <p role="status"><bdi>{kept}</bdi></p>}
      <ErrorPanel error={error} />
    </>
  );
}
