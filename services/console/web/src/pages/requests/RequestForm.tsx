// SPDX-License-Identifier: Apache-2.0
// A request, written step by step: what, which items, which rows, for what use, why; then a look at the whole.
import { Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useCall, type ApiError } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { DraftKeeper, ErrorPanel, ObjectLink, useUrlText, type Draft } from '@/ui';
import { ResourceField } from '@/ui/ResourceField';
import { TextField } from '@/ui/TextField';
import { ItemsStep } from './ItemsStep';
import { RowsStep } from './RowsStep';
import { UseStep } from './UseStep';
import { ScopeFacts } from './ScopeFacts';
import { STEPS, missingIn, stepOf, type Form, type Step } from './form';
import { useText, useWord } from './texts';

export interface StepProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  readonly resource: Resource | undefined;
  readonly error: ApiError | undefined;
}

export function RequestForm(props: {
  draft: Draft<Form>;
  error: ApiError | undefined;
  busy: boolean;
  /** True: the resource is given, and stays. */
  fixed?: boolean;
  label: string;
  /** Whether it would be taken; unset where that cannot be asked. */
  onCheck?: () => Promise<boolean>;
  onSend: () => Promise<void>;
}): ReactNode {
  const t = useText();
  const word = useWord();
  const { draft, error } = props;
  const form = draft.value;
  const set = (change: Partial<Form>): void => draft.set((old) => ({ ...old, ...change }));
  const [asked, setStep] = useUrlText('step');
  const step = STEPS.find((one) => one === asked) ?? (props.fixed === true || form.resource !== '' ? 'items' : 'resource');
  const name = form.resource.trim();
  const read = useCall(CatalogService.method.getResource, { name }, { when: name.startsWith('resources/') });
  const [checked, setChecked] = useState('');
  const key = JSON.stringify(form);
  const missing = STEPS.filter((one) => missingIn(form, one).length > 0);
  // A fault leads to where its field is.
  const wrong = error?.fields.map(({ field }) => stepOf(field)).find((one) => one !== undefined);
  useEffect(() => { if (wrong !== undefined) setStep(wrong); }, [error]); // eslint-disable-line
  const at = STEPS.indexOf(step);
  const shared: StepProps = { form, set, resource: read.data, error };
  const go = (to: Step | undefined) => (): void => { if (to !== undefined) setStep(to); };
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      if (step !== 'review') go(STEPS[at + 1])();
      else if (missing.length === 0) void props.onSend();
    }}>
      <DraftKeeper draft={draft} />
      <nav aria-label={t('steps.label')}>
        <ol className="sw-row" style={{ listStyle: 'none', padding: 0 }}>
          {STEPS.filter((one) => props.fixed !== true || one !== 'resource').map((one, number) => (
            <li key={one}>
              <Button type={one === step ? 'primary' : 'default'} onClick={go(one)} {...(one === step ? { 'aria-current': 'step' } : {})}>
                {`${number + 1}. ${t(`steps.${one}`)}${one !== 'review' && one !== step && missing.includes(one) ? ` · ${t('steps.open')}` : ''}`}
              </Button>
            </li>
          ))}
        </ol>
      </nav>
      <section aria-labelledby="step">
        <h2 id="step">{t(`steps.${step}`)}</h2>
        {read.data !== undefined && (
          <p className="sw-row">
            <ObjectLink name={read.data.name}>{read.data.title}</ObjectLink>
            <span>{word('shareClass', ShareClass[read.data.shareClass])}</span>
          </p>
        )}
        <ErrorPanel error={read.error} onReload={read.reload} />
        {step === 'resource' && (
          <>
            <ResourceField label={t('field.resource')} name="request.resource" value={form.resource} error={error} required
              set={(resource) => set(resource === form.resource ? {} : { resource, items: [], masked: [], filters: [], expression: '' })} />
            <Offered resource={read.data} />
          </>
        )}
        {step === 'items' && <ItemsStep {...shared} />}
        {step === 'rows' && <RowsStep {...shared} />}
        {step === 'use' && <UseStep {...shared} />}
        {step === 'basis' && (
          <>
            <TextField label={t('field.basis')} name="request.legal_basis" value={form.legalBasis} error={error} rows={3} max={500} required
              set={(legalBasis) => set({ legalBasis })} hint={t('write.basisHint')} />
            <TextField label={t('field.scenario')} name="request.scenario" value={form.scenario} error={error} rows={5} max={1000} required
              set={(scenario) => set({ scenario })} hint={t('write.scenarioHint')} />
          </>
        )}
        {step === 'review' && (
          <>
            <Offered resource={read.data} />
            <ScopeFacts form={form} resource={read.data} />
            {missing.length > 0 && (
              <p role="status">{t('write.missing', { steps: missing.map((one) => t(`steps.${one}`)).join('、') })}</p>
            )}
            {checked !== '' && <p role="status">{t(checked === key ? 'write.checked' : 'write.changed')}</p>}
            <p>{t('write.next')}</p>
          </>
        )}
        <ErrorPanel error={error} />
        <p className="sw-row">
          {at > (props.fixed === true ? 1 : 0) && <Button onClick={go(STEPS[at - 1])}>{t('steps.back')}</Button>}
          {step !== 'review' && <Button type="primary" htmlType="submit">{t('steps.forward')}</Button>}
          {step === 'review' && (
            <>
              <Button type="primary" htmlType="submit" loading={props.busy} disabled={missing.length > 0}>{props.label}</Button>
              {props.onCheck !== undefined && (
                <Button loading={props.busy} disabled={missing.length > 0}
                  onClick={() => void props.onCheck?.().then((good) => setChecked(good ? key : ''))}>{t('write.check')}</Button>
              )}
            </>
          )}
        </p>
      </section>
    </form>
  );
}

// What the provider asks of who would use it, before anything is asked of the provider.
function Offered(props: { resource: Resource | undefined }): ReactNode {
  const t = useText();
  const { resource } = props;
  if (resource === undefined) return null;
  return (
    <>
      {resource.shareClass === ShareClass.NOT_SHARED && <p role="note">{t('write.notShared')}</p>}
      {resource.useCondition !== '' && <p>{t('write.useCondition')} <bdi>{resource.useCondition}</bdi></p>}
      {resource.conditions.length > 0 && (
        <>
          <p>{t('write.conditions')}</p>
          <ul>{resource.conditions.map((one) => <li key={one.id}><bdi>{one.text}</bdi></li>)}</ul>
        </>
      )}
    </>
  );
}
