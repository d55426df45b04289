// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { traditionalTexts } from './make/traditional';
import { pageNonce, trustedTypes } from './make/trusted_types';

// One chunk a locale, of all areas.
function chunkOf(id: string): string | undefined {
  const texts = /\/i18n\/(zh-Hans|en)\.ts(\?hant)?$/.exec(id);
  if (texts === null) return undefined;
  return `texts-${texts[2] === undefined ? texts[1] : 'zh-Hant'}`;
}

export default defineConfig({
  plugins: [react(), traditionalTexts(), pageNonce(), trustedTypes()],
  resolve: {
    alias: {
      '@/gen': fileURLToPath(new URL('./build/contracts', import.meta.url)),
      '@': fileURLToPath(new URL('./src', import.meta.url)),
    },
  },
  html: { cspNonce: 'SHAREWAY_NONCE' },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
    rollupOptions: { output: { manualChunks: chunkOf } },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    testTimeout: 40_000,
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
