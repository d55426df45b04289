// SPDX-License-Identifier: Apache-2.0
// What stands around the pages of a person signed in: product, language, shade, menu.
import { Button, Spin } from 'antd';
import { Component, Suspense, type ReactNode } from 'react';
import { Link, Outlet } from 'react-router';
import { LOCALES, LOCALE_NAMES, setLocale, useLocale, type Locale } from '@/i18n';
import { usePerson } from '@/session/person';
import { useSession } from '@/session/SessionProvider';
import { useShade, type Shade } from '@/theme/theme';
import { AgencyName } from '@/ui';
import { areasAt } from './area';
import { Menu } from './Menu';
import { useSettings } from './settings_context';
import { useText } from './texts';

export function Choices(): ReactNode {
  const t = useText();
  const locale = useLocale();
  const { shade, set } = useShade();
  return (
    <>
      <label>
        <span className="sw-only-read">{t('language')}</span>
        <select value={locale} onChange={(event) => void setLocale(event.target.value as Locale)}>
          {LOCALES.map((one) => <option key={one} value={one} lang={one}>{LOCALE_NAMES[one]}</option>)}
        </select>
      </label>
      <label>
        <span className="sw-only-read">{t('shade.label')}</span>
        <select value={shade} onChange={(event) => set(event.target.value as Shade)}>
          <option value="system">{t('shade.system')}</option>
          <option value="light">{t('shade.light')}</option>
          <option value="dark">{t('shade.dark')}</option>
        </select>
      </label>
    </>
  );
}

export function Frame(): ReactNode {
  const t = useText();
  const person = usePerson();
  const { signOut } = useSession();
  const { atNode } = useSettings();
  return (
    <div className="sw-frame">
      <header className="sw-top">
        <a className="sw-skip" href="#main">{t('skip')}</a>
        <Link className="sw-product" to="/">{t('product')}</Link>
        <Choices />
        <span><bdi>{person.name.replace(/^people\//, '')}</bdi> · <AgencyName name={person.agency} /></span>
        <Button size="small" onClick={() => void signOut()}>{t('signOut')}</Button>
      </header>
      <nav className="sw-menu" aria-label={t('menu')}>
        <Menu areas={areasAt(atNode)} />
      </nav>
      <main className="sw-main" id="main" tabIndex={-1}>
        <Broken>
          <Suspense fallback={<div role="status"><Spin description={t('loading')} /></div>}><Outlet /></Suspense>
        </Broken>
      </main>
    </div>
  );
}

/** A page that throws takes itself down and nothing else. */
export class Broken extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error): { error: Error } { return { error }; }
  override render(): ReactNode {
    return this.state.error === null ? this.props.children
      : <BrokenPage error={this.state.error} onAgain={() => this.setState({ error: null })} />;
  }
}

function BrokenPage(props: { error: Error; onAgain: () => void }): ReactNode {
  const t = useText();
  return (
    <div role="alert">
      <h1>{t('broken.title')}</h1>
      <p>{t('broken.text')}</p>
      <pre className="sw-code">{props.error.message}</pre>
      <p className="sw-row">
        <Button onClick={props.onAgain}>{t('broken.again')}</Button>
        <Button onClick={() => window.location.reload()}>{t('broken.reload')}</Button>
      </p>
    </div>
  );
}
