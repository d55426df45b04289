// SPDX-License-Identifier: Apache-2.0
// Light and dark, by choice or as the system says; Ant Design under the console's strict
// Content-Security-Policy (its styles carry the page's nonce).
import { App as AntApp, ConfigProvider, theme as antTheme } from 'antd';
import type { Locale as AntLocale } from 'antd/es/locale';
import english from 'antd/es/locale/en_US';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useLocale, type Locale } from '@/i18n';
import './app.css';

export type Shade = 'light' | 'dark' | 'system';
const KEPT = 'shareway.shade';

const ANT: Record<Locale, () => Promise<{ default: AntLocale }>> = {
  'zh-Hans': () => import('antd/es/locale/zh_CN'),
  'zh-Hant': () => import('antd/es/locale/zh_TW'),
  'en': () => Promise.resolve({ default: english }),
};

interface ShadeContext { readonly shade: Shade; readonly dark: boolean; readonly set: (shade: Shade) => void }
const ShadeContext = createContext<ShadeContext>({ shade: 'system', dark: false, set: () => {} });
export const useShade = (): ShadeContext => useContext(ShadeContext);

function keptShade(): Shade {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

// Contrast of text to its ground is 4.5 : 1 at least in both shades (GB/T 37668, WCAG 1.4.3).
const LIGHT = { colorPrimary: '#0b5cad', colorLink: '#0b5cad', colorSuccess: '#26741d',
  colorWarning: '#8a5300', colorError: '#b3261e', colorTextPlaceholder: '#6b6b6b',
  colorTextDescription: '#595959', colorTextDisabled: '#6b6b6b' };
const DARK = { colorPrimary: '#4c9be8', colorLink: '#7ab6f0', colorSuccess: '#6fbf5f',
  colorWarning: '#e0a94a', colorError: '#f2857d', colorTextPlaceholder: '#a0a0a0',
  colorTextDescription: '#b5b5b5', colorTextDisabled: '#9a9a9a' };
// Ant Design darkens the grounds of its filled buttons in the dark: white on them is 3.8 : 1.
const ON_DARK = { Button: { primaryColor: '#0b0f14', dangerColor: '#0b0f14' } };

/** The nonce of this page; empty where there is none (tests). */
export function pageNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}

export function Theme(props: { children: ReactNode }): ReactNode {
  const locale = useLocale();
  const [shade, setShade] = useState(keptShade);
  const [system, setSystem] = useState(() => window.matchMedia('(prefers-color-scheme: dark)').matches);
  const [ant, setAnt] = useState<AntLocale>(english);
  useEffect(() => {
    const media = window.matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setSystem(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  useEffect(() => {
    let wanted = true;
    void ANT[locale]().then((loaded) => { if (wanted) setAnt(loaded.default); });
    return () => { wanted = false; };
  }, [locale]);
  const dark = shade === 'dark' || (shade === 'system' && system);
  useEffect(() => { document.documentElement.dataset['shade'] = dark ? 'dark' : 'light'; }, [dark]);
  const context = useMemo(() => ({ shade, dark, set: (next: Shade): void => {
    localStorage.setItem(KEPT, next);
    setShade(next);
  } }), [shade, dark]);
  const nonce = useMemo(pageNonce, []);
  return (
    <ShadeContext.Provider value={context}>
      <ConfigProvider
        locale={ant}
        csp={{ nonce }}
        wave={{ disabled: true }}
        button={{ autoInsertSpace: false }}
        theme={{
          algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
          token: { ...(dark ? DARK : LIGHT), motion: false, borderRadius: 4, fontSize: 15 },
          ...(dark ? { components: ON_DARK } : {}),
        }}
      >
        <AntApp component={false}>{props.children}</AntApp>
      </ConfigProvider>
    </ShadeContext.Provider>
  );
}
