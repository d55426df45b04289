// SPDX-License-Identifier: Apache-2.0
// A public key as it is typed in, and as the directory takes it.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import { type Key, Key_Use, type KeySchema } from '@/gen/shareway/catalog/v1/directory_pb';
import { Suite } from '@/gen/shareway/evidence/v1/envelope_pb';
import { ChoiceField, TextField } from '@/ui/TextField';
import { startOf, today } from './days';
import { pemOf, readPublicKey } from './spki';
import { useText } from './texts';
import { SUITES, USES } from './words';

export interface TypedKey {
  readonly use: string;
  readonly suite: string;
  /** PEM or base64 of a key or certificate. Public. */
  readonly key: string;
  readonly start: string;
  readonly end: string;
}
export const NO_KEY: TypedKey = { use: 'TLS', suite: 'P256_SHA256', key: '', start: '', end: '' };

/** Undefined: the text is no public key. */
export function keyOfTyped(typed: TypedKey): MessageInitShape<typeof KeySchema> | undefined {
  const read = readPublicKey(typed.key);
  if (read === undefined) return undefined;
  const startTime = startOf(typed.start);
  const endTime = startOf(typed.end);
  return {
    use: Key_Use[typed.use as keyof typeof Key_Use], suite: Suite[typed.suite as keyof typeof Suite],
    spki: read.spki,
    ...(startTime === undefined ? {} : { startTime }), ...(endTime === undefined ? {} : { endTime }),
  };
}

export const typedOfKey = (key: Key): TypedKey => ({
  use: Key_Use[key.use] ?? 'TLS', suite: Suite[key.suite] ?? 'P256_SHA256', key: pemOf(key.spki),
  start: key.startTime === undefined ? '' : today(timestampDate(key.startTime)),
  end: key.endTime === undefined ? '' : today(timestampDate(key.endTime)),
});

export function KeyForm(props: {
  value: TypedKey; set: (value: TypedKey) => void; path: string; error: ApiError | undefined;
  uses?: readonly (typeof USES[number])[];
}): ReactNode {
  const t = useText();
  const { value, set, path, error } = props;
  const bad = value.key.trim() !== '' && readPublicKey(value.key) === undefined;
  // A certificate says itself when it ends.
  const setKey = (key: string): void => {
    const end = readPublicKey(key)?.endDate ?? '';
    set({ ...value, key, ...(end !== '' && value.end === '' ? { end } : {}) });
  };
  return (
    <>
      <ChoiceField label={t('keys.use')} name={`${path}.use`} error={error} value={value.use}
        set={(use) => set({ ...value, use })}
        choices={(props.uses ?? USES).map((one) => ({ value: one, label: t(`use.${one}`) }))} />
      <ChoiceField label={t('keys.suite')} name={`${path}.suite`} error={error} value={value.suite}
        set={(suite) => set({ ...value, suite })}
        choices={SUITES.map((one) => ({ value: one, label: t(`suite.${one}`) }))} />
      <TextField label={t('keys.key')} name={`${path}.spki`} error={error} rows={4} value={value.key}
        set={setKey} hint={t('keys.keyHint')} fault={bad ? t('keys.bad') : undefined} required />
      <TextField label={t('keys.start')} name={`${path}.start_time`} error={error} type="date"
        value={value.start} set={(start) => set({ ...value, start })} hint={t('keys.startHint')} />
      <TextField label={t('keys.end')} name={`${path}.end_time`} error={error} type="date" value={value.end}
        set={(end) => set({ ...value, end })} hint={t('keys.endHint')} />
    </>
  );
}
