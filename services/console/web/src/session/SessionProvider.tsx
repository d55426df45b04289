// SPDX-License-Identifier: Apache-2.0
// The session around all pages. When it ends, pages stay as they are and the sign-in stands over
// them: nothing typed is lost, and what was refused can be tried again.
import { Button, Modal, Spin } from 'antd';
import {
  createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode,
} from 'react';
import { type ApiError, type Backend, toApiError } from '@/api';
import { useSettings } from '@/app/settings_context';
import { ApiContext } from '@/api/hooks';
import { Factor, type Session } from '@/gen/shareway/console/v1/session_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { forgetDrafts } from '@/ui/draft';
import { ErrorPanel } from '@/ui/Panels';
import { personOf, PersonContext, type Person } from './person';
import { SecondFactor, type FactorShown } from './SecondFactor';
import { SignInForm } from './SignInForm';
import { useText } from './texts';

export interface SessionContext {
  readonly begin: (session: Session) => void;
  readonly signOut: () => Promise<void>;
}
const SessionContext = createContext<SessionContext | null>(null);

export function useSession(): SessionContext {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('there is no SessionProvider around this page');
  return session;
}

type State = 'asking' | 'none' | 'in' | 'over' | 'away';

export function SessionProvider(props: { backend: Backend; children: ReactNode }): ReactNode {
  const t = useText();
  const { backend } = props;
  const { atNode } = useSettings();
  const [state, setState] = useState<State>('asking');
  const [person, setPerson] = useState<Person | null>(null);
  const [error, setError] = useState<ApiError | undefined>();
  const [epoch, setEpoch] = useState(0);
  const stepping = useRef<((shown: boolean) => void) | null>(null);
  const [asksFactor, setAsksFactor] = useState(false);

  const ask = useCallback(async () => {
    try {
      const session = await backend.call(SessionService.method.getSession, {});
      setPerson(personOf(session));
      setState('in');
    } catch (thrown) {
      const refused = toApiError(thrown);
      setError(refused);
      setState(refused.passing ? 'away' : 'none');
    }
  }, [backend]);
  useEffect(() => { void ask(); }, [ask]);
  useEffect(() => backend.onSessionOver(() => {
    setState((old) => (old === 'in' ? 'over' : old));
  }), [backend]);

  const begin = useCallback((session: Session) => {
    // Somebody else's forms are not this person's to see.
    setPerson(personOf(session));
    setState('in');
    setEpoch((n) => n + 1);
  }, []);
  const leave = useCallback(() => {
    forgetDrafts();
    setPerson(null);
    setState('none');
  }, []);
  const signOut = useCallback(async () => {
    try {
      await backend.call(SessionService.method.signOut, {});
    } catch (thrown) {
      if (!toApiError(thrown).sessionOver) throw thrown;
    }
    leave();
  }, [backend, leave]);
  const stepUp = useCallback(() => new Promise<boolean>((resolve) => {
    stepping.current = resolve;
    setAsksFactor(true);
  }), []);
  const stepped = (shown: boolean): void => {
    setAsksFactor(false);
    stepping.current?.(shown);
    stepping.current = null;
  };
  const api = useMemo(() => ({ backend, epoch, stepUp }), [backend, epoch, stepUp]);
  const session = useMemo(() => ({ begin, signOut }), [begin, signOut]);
  if (state === 'asking') return <div role="status" className="sw-alone"><Spin description={t('asking')} /></div>;
  if (state === 'away') {
    return <div className="sw-alone"><ErrorPanel error={error} onRetry={() => { setState('asking'); void ask(); }} /></div>;
  }
  return (
    <ApiContext.Provider value={api}>
      <SessionContext.Provider value={session}>
        {/* Another person is another application: nothing of the one before stays on the screen. */}
        <PersonContext.Provider value={person} key={person?.name ?? ''}>
          {props.children}
          <Modal open={state === 'over'} title={t('over.title')} footer={null} closable={false} keyboard={false}
            mask={{ closable: false }} destroyOnHidden>
            {atNode ? <p>{t('atNode.text')}</p> : (
              <>
                <p>{t('over.text')}</p>
                <SignInForm {...(person === null ? {} : { person: person.name })} onSignedIn={begin} />
              </>
            )}
            <Button type="link" onClick={leave}>{t('over.leave')}</Button>
          </Modal>
          <Modal open={asksFactor} title={t('stepUp.title')} footer={null} onCancel={() => stepped(false)} destroyOnHidden>
            <StepUp backend={backend} factor={person?.session.factor ?? Factor.TOTP} onEnd={stepped} />
          </Modal>
        </PersonContext.Provider>
      </SessionContext.Provider>
    </ApiContext.Provider>
  );
}

function StepUp(props: { backend: Backend; factor: Factor; onEnd: (shown: boolean) => void }): ReactNode {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const show = async (factor: FactorShown): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await props.backend.call(SessionService.method.stepUp, factor === undefined ? {} : { factor });
      props.onEnd(true);
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t('stepUp.text')}</p>
      <ErrorPanel error={error} />
      <SecondFactor factors={[props.factor]} busy={busy} action={t('stepUp.show')}
        challenge={async () => (await props.backend.call(SessionService.method.startStepUp, {})).challenge}
        onShow={(factor) => void show(factor)} onCancel={() => props.onEnd(false)} />
    </>
  );
}
