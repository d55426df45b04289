// SPDX-License-Identifier: Apache-2.0
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { webBackend } from '@/api';
import { App } from '@/app/App';
import { loadSettings } from '@/app/settings';
import { currentLocale, preferredLocale, setLocale } from '@/i18n';

async function start(): Promise<void> {
  const [settings] = await Promise.all([loadSettings(), setLocale(preferredLocale())]);
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no root');
  createRoot(root).render(
    <BrowserRouter>
      <App backend={webBackend(currentLocale)} settings={settings} />
    </BrowserRouter>,
  );
}

void start();
