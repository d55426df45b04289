// SPDX-License-Identifier: Apache-2.0
import { useEffect, type ReactNode } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { Choices } from '@/app/Frame';
import { useSettings } from '@/app/settings_context';
import { SignInForm } from './SignInForm';
import { useSession } from './SessionProvider';
import { useText } from './texts';

/** In the place of any page while nobody is signed in; that page follows. */
export function SignInPage(): ReactNode {
  const t = useText();
  const { begin } = useSession();
  const { atNode } = useSettings();
  const go = useNavigate();
  const [params] = useSearchParams();
  const state = params.get('state');
  const code = params.get('code');
  useEffect(() => { document.title = t('title'); }, [t]);
  if (atNode) {
    // Nobody signs in beside a node.
    return (
      <main className="sw-alone" id="main">
        <p className="sw-row"><Choices /></p>
        <h1>{t('atNode.title')}</h1>
        <p>{t('atNode.text')}</p>
      </main>
    );
  }
  return (
    <main className="sw-alone" id="main">
      <p className="sw-row"><Choices /></p>
      <h1>{t('title')}</h1>
      <SignInForm
        {...(state !== null && code !== null ? { returned: { state, code } } : {})}
        onSignedIn={(session) => {
          // A provider's code in the address is used up.
          if (code !== null) void go('/', { replace: true });
          begin(session);
        }} />
      <p><Link to="/first-start">{t('haveCode')}</Link></p>
      <p><a href="/api">{t('api')}</a></p>
    </main>
  );
}
