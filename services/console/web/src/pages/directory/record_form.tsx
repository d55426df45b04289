// SPDX-License-Identifier: Apache-2.0
// What the forms of records have in common: a kept draft, a signature, faults and an end.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import { useAct } from '@/session/act';
import { DraftKeeper, ErrorPanel, NotSignedPanel, useDraft } from '@/ui';
import { useText } from './texts';

export interface RecordText {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly error: ApiError | undefined;
}

export function RecordForm<F extends object, I extends DescMessage, O extends DescMessage>(props: {
  method: DescMethodUnary<I, O>;
  form: string;
  initial: F;
  /** Undefined: something is missing that only the page can know of. */
  request: (form: F) => MessageInitShape<I> | undefined;
  nameOf: (answer: MessageShape<O>) => string;
  onDone: (name: string) => void;
  children: (form: F, set: (change: Partial<F>) => void, text: (key: keyof F) => RecordText,
    error: ApiError | undefined) => ReactNode;
}): ReactNode {
  const t = useText();
  const draft = useDraft<F>(props.form, props.initial);
  const act = useAct(props.method);
  const set = (change: Partial<F>): void => draft.set((old) => ({ ...old, ...change }));
  const text = (key: keyof F): RecordText => ({
    value: String(draft.value[key]), set: (value) => set({ [key]: value } as unknown as Partial<F>),
    error: act.error,
  });
  const request = props.request(draft.value);
  const send = async (): Promise<void> => {
    if (request === undefined) return;
    const answer = await act.run(request);
    if (answer === undefined) return;
    draft.discard();
    props.onDone(props.nameOf(answer));
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <DraftKeeper draft={draft} />
      {props.children(draft.value, set, text, act.error)}
      <NotSignedPanel why={act.notSigned} />
      <ErrorPanel error={act.error} />
      <Button type="primary" htmlType="submit" loading={act.busy} disabled={request === undefined}>
        {t('register.sign')}
      </Button>
    </form>
  );
}
