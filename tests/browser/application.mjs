// SPDX-License-Identifier: Apache-2.0
// The application's own sources, read as its build reads them: areas with their routes and for whom
// they are, and texts in three locales. A page that is new is covered without a line here.
import { readdirSync } from 'node:fs';
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
      out.contracts = await Contracts.read(server);
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

/** What the services answer, by the contracts that the pages were built with. */
class Contracts {
  #answers = new Map();

  static async read(server) {
    const out = new Contracts();
    Object.assign(out, await server.ssrLoadModule('@bufbuild/protobuf'), await server.ssrLoadModule('@bufbuild/protobuf/reflect'));
    const folder = join(WEB, 'build/contracts');
    for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('_pb.ts'))) {
      for (const desc of Object.values(await server.ssrLoadModule(join(folder, file)))) {
        if (desc?.kind !== 'service') continue;
        for (const method of desc.methods) out.#answers.set(`/${desc.typeName}/${method.name}`, method.output);
      }
    }
    return out;
  }

  /** The answer of a method, with each text that people wrote in it put through `change`. */
  rewritten(path, bytes, change) {
    const type = this.#answers.get(path);
    if (type === undefined) throw new Error(`no contract has ${path}`);
    const answer = this.fromBinary(type, bytes);
    this.#rewrite(this.reflect(type, answer), change);
    return this.toBinary(type, answer);
  }

  #rewrite(message, change) {
    const text = (value) => (typeof value === 'string' && /[\s\p{Script=Han}]|^https?:/u.test(value) ? change(value) : value);
    for (const field of message.fields) {
      if (!message.isSet(field)) continue;
      if (field.fieldKind === 'message') this.#rewrite(message.get(field), change);
      else if (field.fieldKind === 'scalar') message.set(field, text(message.get(field)));
      else if (field.fieldKind === 'list') {
        const list = message.get(field);
        for (let at = 0; at < list.size; at += 1) {
          if (field.listKind === 'message') this.#rewrite(list.get(at), change);
          else if (field.listKind === 'scalar') list.set(at, text(list.get(at)));
        }
      } else if (field.fieldKind === 'map') {
        const map = message.get(field);
        for (const [key, value] of map.entries()) {
          if (field.mapKind === 'message') this.#rewrite(value, change);
          else if (field.mapKind === 'scalar') map.set(key, text(value));
        }
      }
    }
  }
}
