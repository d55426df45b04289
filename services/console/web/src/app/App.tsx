// SPDX-License-Identifier: Apache-2.0
// The application: settings, session, signer and the routes of all areas.
import { lazy, Suspense, useContext, useMemo, type ComponentType, type ReactNode } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import type { Backend } from '@/api';
import { Profile } from '@/i18n';
import { SignerContext } from '@/session/act';
import { PersonContext } from '@/session/person';
import { SessionProvider } from '@/session/SessionProvider';
import { SignInPage } from '@/session/SignInPage';
import { pageSigner, type Signer } from '@/session/signer';
import { Theme } from '@/theme/theme';
import { EmptyState, Page } from '@/ui';
import { AREAS, areasAt, isFor, type AreaRoute, type For } from './area';
import { Frame } from './Frame';
import type { Settings } from './settings';
import { SettingsContext, useSettings } from './settings_context';
import { useText } from './texts';

// Made once: a component that were another at each rendering would lose what was typed in it.
const PAGES = new Map<AreaRoute, ComponentType>(
  AREAS.flatMap((area) => area.routes.map((route) => [route, lazy(route.load)] as const)));

function Only(props: { for: For | undefined; children: ReactNode }): ReactNode {
  const t = useText();
  const person = useContext(PersonContext);
  if (person === null || isFor(props.for, person)) return props.children;
  return <Page title={t('notYours.title')}><EmptyState text={t('notYours.text')} /></Page>;
}

function NoSuchPage(): ReactNode {
  const t = useText();
  return <Page title={t('noPage.title')}><EmptyState text={t('noPage.text')} /></Page>;
}

function Inside(): ReactNode {
  return useContext(PersonContext) === null ? <SignInPage /> : <Frame />;
}

export function AppRoutes(): ReactNode {
  const { atNode } = useSettings();
  const areas = areasAt(atNode);
  const routes = areas.flatMap((area) => area.routes);
  // Beside a node there is no home: whoever comes begins with what is there.
  const first = atNode ? areas[0]?.menu[0]?.to : undefined;
  const element = (route: AreaRoute): ReactNode => {
    const Shown = PAGES.get(route);
    return Shown === undefined ? null : <Shown />;
  };
  return (
    <Routes>
      {routes.filter((route) => route.open === true).map((route) => (
        <Route key={route.path} path={route.path} element={<Suspense>{element(route)}</Suspense>} />
      ))}
      <Route element={<Inside />}>
        {routes.filter((route) => route.open !== true).map((route) => (
          <Route key={route.path} path={route.path} element={<Only for={route.for}>{element(route)}</Only>} />
        ))}
        {first !== undefined && <Route path="/" element={<Navigate to={first} replace />} />}
        <Route path="*" element={<NoSuchPage />} />
      </Route>
    </Routes>
  );
}

export function App(props: {
  backend: Backend; settings: Settings; signer?: Signer; children?: ReactNode;
}): ReactNode {
  const { settings, signer } = props;
  const sign = useMemo(() => signer ?? pageSigner(settings.signingPage), [signer, settings]);
  return (
    <SettingsContext.Provider value={settings}>
      <Profile of={settings.profile}>
        <Theme>
          <SignerContext.Provider value={sign}>
            <SessionProvider backend={props.backend}>{props.children ?? <AppRoutes />}</SessionProvider>
          </SignerContext.Provider>
        </Theme>
      </Profile>
    </SettingsContext.Provider>
  );
}
