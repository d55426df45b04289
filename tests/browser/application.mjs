// SPDX-License-Identifier: Apache-2.0
// The application's own sources, read as its build reads them: areas with their routes and for whom
// they are, and texts in three locales. A page that is new is covered without a line here.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const WEB = join(dirname(fileURLToPath(import.meta.url)), '../../services/console/web');

export const LOCALES = ['zh-Hans', 'zh-Hant', 'en'];

export class Application {
  static async read() {
    const { generate } = await import(join(WEB, 'make/generate.mjs'));
    generate();
    const { createServer } = await import(join(WEB, 'node_modules/vite/dist/node/index.js'));
    const server = await createServer({
      root: WEB, configFile: join(WEB, 'vite.config.ts'), appType: 'custom', logLevel: 'error',
      server: { middlewareMode: true, hmr: false, ws: false, watch: null }, optimizeDeps: { noDiscovery: true },
    });
    try {
      const out = new Application();
      const { AREAS, isFor } = await server.ssrLoadModule('/src/app/area.ts');
      const { textsIn, wordsOf } = await server.ssrLoadModule('/src/i18n/index.ts');
      const { Role } = await server.ssrLoadModule('/build/contracts/shareway/policy_pb.ts');
      out.areas = AREAS;
      out.isFor = isFor;
      out.wordsOf = wordsOf;
      out.roles = Role;
      out.texts = {};
      for (const locale of LOCALES) out.texts[locale] = await textsIn(locale);
      return out;
    } finally {
      await server.close();
    }
  }

  /** Routes of all areas: {path, area, open, for}. */
  get routes() {
    return this.areas.flatMap((area) => area.routes.map((route) => ({ ...route, area: area.id })));
  }

  /** True if the route shows its page to a person of these roles (names, without `ROLE_`). */
  shows(route, roles) {
    return this.isFor(route.for, { roles: roles.map((role) => this.roles[role]) });
  }

  /** A text as the pages write it, with the words of the city's profile. */
  say(locale, area, key, values = {}) {
    const text = key.split('.').reduce((at, part) => at?.[part], this.texts[locale][area]);
    if (typeof text !== 'string') throw new Error(`no text ${area}.${key} in ${locale}`);
    const all = { ...values, w: this.wordsOf('cn-2025-809', locale) };
    return text.replace(/\{\{([\w.]+)\}\}/g, (_, path) =>
      String(path.split('.').reduce((at, part) => at?.[part], all) ?? ''));
  }
}
