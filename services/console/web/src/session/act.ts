// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { createContext, useContext, useRef, useState } from 'react';
import { type ApiError, keyOf, newRequestId, toApiError, useApi } from '@/api';
import { usePerson } from './person';
import { actOf, carrying, NotSigned, type Signer } from './signer';

export const SignerContext = createContext<Signer>(() => Promise.reject(new NotSigned('noPage')));

export interface Act<I extends DescMessage, O extends DescMessage> {
  /** Has the request signed and files it. Undefined if it was not signed or refused. */
  readonly run: (request: MessageInitShape<I>) => Promise<MessageShape<O> | undefined>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  /** Why it was not signed. */
  readonly notSigned: string | undefined;
  readonly clear: () => void;
}

/** A write whose policy says `signed_act`. As useWrite otherwise: tried again, it is done once. */
export function useAct<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
): Act<I, O> {
  const { backend, stepUp } = useApi();
  const person = usePerson();
  const sign = useContext(SignerContext);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const [notSigned, setNotSigned] = useState<string | undefined>();
  const tried = useRef({ key: '', id: '' });
  const clear = (): void => {
    setError(undefined);
    setNotSigned(undefined);
  };
  const run = async (request: MessageInitShape<I>): Promise<MessageShape<O> | undefined> => {
    const key = keyOf(method.input, request);
    if (tried.current.key !== key) tried.current = { key, id: newRequestId() };
    setBusy(true);
    clear();
    try {
      const act = actOf(method, request, person.name, tried.current.id, new Date());
      const whole = carrying(method.input, act, await sign(act, person.name)) as MessageInitShape<I>;
      let answer: MessageShape<O>;
      try {
        answer = await backend.call(method, whole);
      } catch (thrown) {
        if (!toApiError(thrown).factorStale || !(await stepUp())) throw thrown;
        answer = await backend.call(method, whole);
      }
      tried.current = { key: '', id: '' };
      return answer;
    } catch (thrown) {
      if (thrown instanceof NotSigned) setNotSigned(thrown.why);
      else setError(toApiError(thrown));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, error, notSigned, clear };
}
