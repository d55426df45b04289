// SPDX-License-Identifier: Apache-2.0
// A labelled control with its hint and the faults that the service found in it.
import { useId, type ReactNode } from 'react';
import type { ApiError } from '@/api';
import { useText } from './texts';

/** What the control must carry. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
  readonly status: 'error' | '';
}

export function Field(props: {
  label: string;
  /** The field's path in the request, for the faults that name it. */
  name: string;
  error?: ApiError | undefined;
  /** Faults of its parts (`items[2].title`) are shown here, too. */
  inside?: boolean;
  /** A fault that the page itself knows of. */
  fault?: string | undefined;
  hint?: string;
  required?: boolean;
  children: (control: ControlProps) => ReactNode;
}): ReactNode {
  const t = useText();
  const id = useId();
  const faults = [...(props.error?.faultsOf(props.name, props.inside) ?? []),
                  ...(props.fault === undefined ? [] : [props.fault])];
  return (
    <div className="sw-field">
      <label htmlFor={id}>
        {props.label}{props.required === true && <span> {t('field.required')}</span>}
      </label>
      {props.children({ id, 'aria-describedby': `${id}-h ${id}-f`, 'aria-invalid': faults.length > 0,
                        status: faults.length > 0 ? 'error' : '' })}
      <div className="sw-hint" id={`${id}-h`}>{props.hint}</div>
      <div className="sw-fault" id={`${id}-f`} aria-live="polite">
        {faults.map((fault) => <div key={fault}>{t('field.fault')} <bdi>{fault}</bdi></div>)}
      </div>
    </div>
  );
}
