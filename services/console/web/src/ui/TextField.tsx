// SPDX-License-Identifier: Apache-2.0
// Fields of one line, of several, and of a choice, whole: label, control, hint and faults.
import { Input } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import { Field } from './Field';

export interface TextFieldProps {
  readonly label: string;
  /** The field's path in the request, for the faults that name it. */
  readonly name: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly error?: ApiError | undefined;
  readonly fault?: string | undefined;
  /** Faults of its parts, too. */
  readonly inside?: boolean;
  readonly hint?: string;
  readonly required?: boolean;
  readonly max?: number;
}

type Base = Parameters<typeof Field>[0];
const base = (props: TextFieldProps): Omit<Base, 'children'> => ({
  label: props.label, name: props.name, error: props.error, fault: props.fault,
  ...(props.inside === undefined ? {} : { inside: props.inside }),
  ...(props.hint === undefined ? {} : { hint: props.hint }),
  ...(props.required === undefined ? {} : { required: props.required }),
});

/** A text of one line; with `rows`, of several; with `type`, a day or a number. */
export function TextField(props: TextFieldProps & {
  rows?: number; type?: 'text' | 'date' | 'number';
  /** The id of a datalist. */
  list?: string;
}): ReactNode {
  const { value, max } = props;
  const most = max === undefined ? {} : { maxLength: max };
  return (
    <Field {...base(props)}>
      {(control) => (props.rows === undefined
        ? <Input {...control} {...most} type={props.type ?? 'text'} value={value} list={props.list}
            autoComplete="off" onChange={(event) => props.set(event.target.value)} />
        : <Input.TextArea {...control} {...most} rows={props.rows} value={value} autoComplete="off"
            showCount={max !== undefined} onChange={(event) => props.set(event.target.value)} />)}
    </Field>
  );
}

/** One of a few. The first choice is shown while the value is none of them. */
export function ChoiceField(props: TextFieldProps & {
  choices: readonly { readonly value: string; readonly label: string }[];
}): ReactNode {
  return (
    <Field {...base(props)}>
      {({ status: _, ...control }) => (
        <select {...control} value={props.value} onChange={(event) => props.set(event.target.value)}>
          {props.choices.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </select>
      )}
    </Field>
  );
}

/** Lines without blanks around them; empty ones are left out. */
export const linesOf = (text: string): string[] =>
  text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
