// SPDX-License-Identifier: Apache-2.0
// Two factors: a password or an identity provider, then one of ours.
import { Alert, Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { ApiError, toApiError, useBackend } from '@/api';
import { useSettings } from '@/app/settings_context';
import { type Session } from '@/gen/shareway/console/v1/session_pb';
import { SessionService, type StartSignInResponse } from '@/gen/shareway/console/v1/session_service_pb';
import { Field } from '@/ui/Field';
import { ErrorPanel } from '@/ui/Panels';
import { SecondFactor, type FactorShown } from './SecondFactor';
import { useText } from './texts';

const STATE = 'shareway.provider-state';

/** `people/wang` of `wang`. */
export const personName = (typed: string): string => {
  const id = typed.trim();
  return id.startsWith('people/') ? id : `people/${id}`;
};

export function SignInForm(props: {
  /** The person who was signed in before: the name is filled in. */
  person?: string;
  /** What came back from the provider, in the address. */
  returned?: { state: string; code: string };
  onSignedIn: (session: Session) => void;
}): ReactNode {
  const t = useText();
  const backend = useBackend();
  const { provider } = useSettings();
  const [person, setPerson] = useState((props.person ?? '').replace(/^people\//, ''));
  const [password, setPassword] = useState('');
  const [renewed, setRenewed] = useState('');
  const [again, setAgain] = useState('');
  const [begun, setBegun] = useState<StartSignInResponse | undefined>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await what();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const start = (): Promise<void> => attempt(async () => {
    setBegun(await backend.call(SessionService.method.startSignIn,
      { person: personName(person), password }));
  });
  const goToProvider = (): Promise<void> => attempt(async () => {
    const { url, state } = await backend.call(SessionService.method.startProviderSignIn, {});
    sessionStorage.setItem(STATE, state);
    window.location.assign(url);
  });
  const comeBack = (returned: { state: string; code: string }): Promise<void> => attempt(async () => {
    // An answer that this browser never asked for is somebody else's.
    const known = sessionStorage.getItem(STATE);
    sessionStorage.removeItem(STATE);
    if (known !== returned.state) throw new Error('the provider answered what this page did not ask');
    setBegun(await backend.call(SessionService.method.returnFromProvider, returned));
  });
  const finish = (factor: FactorShown): Promise<void> => attempt(async () => {
    if (begun === undefined) return;
    try {
      const { session } = await backend.call(SessionService.method.finishSignIn, {
        signIn: begun.signIn, newPassword: renewed, ...(factor === undefined ? {} : { factor }),
      });
      setPassword('');
      if (session !== undefined) props.onSignedIn(session);
    } catch (thrown) {
      // A failure ends the attempt.
      setBegun(undefined);
      throw thrown;
    }
  });
  if (begun === undefined) {
    const { returned } = props;
    return (
      <>
        <ErrorPanel error={error} />
        {returned !== undefined && error === undefined && (
          <p><Button type="primary" loading={busy} onClick={() => void comeBack(returned)}>{t('goOn')}</Button></p>
        )}
        <form onSubmit={(event) => { event.preventDefault(); void start(); }}>
          <Field label={t('person')} name="person" error={error} hint={t('personHint')} required>
            {(control) => (
              <Input {...control} value={person} onChange={(event) => setPerson(event.target.value)}
                autoComplete="username" autoFocus={person === ''} />
            )}
          </Field>
          <Field label={t('password')} name="password" error={error} required>
            {(control) => (
              <Input.Password {...control} value={password} autoFocus={person !== ''}
                onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" />
            )}
          </Field>
          <p className="sw-row">
            <Button type="primary" htmlType="submit" loading={busy}
              disabled={person.trim() === '' || password === ''}>{t('next')}</Button>
            {provider && <Button onClick={() => void goToProvider()} disabled={busy}>{t('byProvider')}</Button>}
          </p>
        </form>
      </>
    );
  }
  const different = again !== '' && again !== renewed;
  return (
    <>
      <ErrorPanel error={error} />
      {begun.passwordExpired && (
        <>
          <Alert type="warning" showIcon title={t('passwordOver')} style={{ marginBottom: '1rem' }} />
          <Field label={t('newPassword')} name="new_password" hint={t('passwordRule')} error={error} required>
            {(control) => (
              <Input.Password {...control} value={renewed} autoComplete="new-password"
                onChange={(event) => setRenewed(event.target.value)} />
            )}
          </Field>
          <Field label={t('newPasswordAgain')} name="again" fault={different ? t('different') : undefined} required>
            {(control) => (
              <Input.Password {...control} value={again} autoComplete="new-password"
                onChange={(event) => setAgain(event.target.value)} />
            )}
          </Field>
        </>
      )}
      <SecondFactor factors={begun.factors} challenge={() => Promise.resolve(begun.challenge)}
        busy={busy} action={t('signIn')} onShow={(factor) => void finish(factor)}
        onCancel={() => { setBegun(undefined); setPassword(''); }}
        ready={!begun.passwordExpired || (renewed !== '' && renewed === again)} />
    </>
  );
}
