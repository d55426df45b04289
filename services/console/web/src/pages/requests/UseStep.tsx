// SPDX-License-Identifier: Apache-2.0
// What for, by which ways, how long and how much.
import { Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { namesOf } from '@/api';
import { Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { TextField } from '@/ui/TextField';
import type { StepProps } from './RequestForm';
import { useText, useWord } from './texts';

const PURPOSES = namesOf(Purpose);
const METHODS = namesOf(Method);

export function UseStep({ form, set, resource, error }: StepProps): ReactNode {
  const t = useText();
  const word = useWord();
  const offered = resource === undefined ? METHODS : METHODS.filter((one) => resource.methods.includes(Method[one as keyof typeof Method]));
  const group = (label: string, field: 'purposes' | 'methods', path: string, all: readonly string[], words: string): ReactNode => (
    <fieldset className="sw-card">
      <legend>{`${label} ${t('write.required')}`}</legend>
      {(error?.faultsOf(path, true) ?? []).map((rule) => <p key={rule} role="alert" className="sw-fault"><bdi>{rule}</bdi></p>)}
      <div className="sw-row">
        {all.map((one) => (
          <Checkbox key={one} checked={form[field].includes(one)}
            onChange={(event) => set({ [field]: all.filter((key) => (key === one ? event.target.checked : form[field].includes(key))) })}>
            {word(words, one)}
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
  const text = (field: 'startDate' | 'endDate' | 'dayCalls' | 'dayRows' | 'dayBytes', path: string) => ({
    name: `request.scope.${path}`, value: form[field], error, set: (value: string) => set({ [field]: value }) });
  return (
    <>
      {group(t('field.purposes'), 'purposes', 'request.scope.purposes', PURPOSES, 'purpose')}
      {group(t('field.methods'), 'methods', 'request.scope.methods', offered, 'method')}
      <div className="sw-row">
        <TextField label={t('field.start')} type="date" required {...text('startDate', 'start_date')} />
        <TextField label={t('field.end')} type="date" required {...text('endDate', 'end_date')} hint={t('write.periodHint')} />
      </div>
      <div className="sw-row">
        <TextField label={t('field.calls')} type="number" {...text('dayCalls', 'day_calls')} hint={t('write.limitHint')} />
        <TextField label={t('field.rows')} type="number" {...text('dayRows', 'day_rows')} hint={t('write.limitHint')} />
        <TextField label={t('field.bytes')} type="number" {...text('dayBytes', 'day_bytes')} hint={t('write.limitHint')} />
      </div>
    </>
  );
}
