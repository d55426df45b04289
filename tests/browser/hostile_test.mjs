// SPDX-License-Identifier: Apache-2.0
// What others write is shown as text: in every text that an agency can put before another, markup, links,
// templates, formulas, turned and endless text do nothing, and leave the page as wide as it was.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { application, city, faultless, options, settled, signIn, visitor } from './fixture.mjs';
import { go, peopleOf, walk } from './walk.mjs';

const RAN = 'globalThis.ran=(globalThis.ran??0)+1';
const CORPUS = [
  `<script>${RAN}</script>`,
  `<img src=x onerror="${RAN}"><svg/onload=${RAN}>`,
  `"><iframe srcdoc="<script>parent.ran=1</script>"></iframe>`,
  `javascript:${RAN}`,
  `<a href="javascript:${RAN}">click</a><base href="https://elsewhere.invalid/">`,
  `{{constructor.constructor('${RAN}')()}}\${${RAN}}#{${RAN}}$t(key)`,
  `=HYPERLINK("https://elsewhere.invalid/","x")+cmd|' /C calc'!A0`,
  '\u202Ereversed\u202C\u2066isolated\u2069 \u200Bzero\u200Dwidth',
  'W'.repeat(180),
  '</textarea></title></style><style>body{display:none}</style>',
  "'; DROP TABLE requests; -- %00%0d%0aSet-Cookie: a=b",
  'a\u0301\u0302\u0303\u0304'.repeat(20) + '👩‍👩‍👧‍👦',
];
const MARRIAGES = 'resources/306002-000001';
const day = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

/** What puts a text before others: who writes it how, and where who reads it. */
const PLACES = {
  request: { reader: 'civil-affairs-reviewer', path: (name) => `/inbox/${name.split('/')[1]}`, write: async (c, text) => {
    const made = await c.json('housing-applicant', 'request', 'create', '--resource', MARRIAGES, '--items', 'kind', '--purpose', 'ADMINISTRATIVE_BASIS',
      '--method', 'QUERY', `--legal-basis=${text}`, `--scenario=${text}`, '--start', day(0), '--end', day(30));
    await c.run('housing-sharing-head', 'request', 'sign-off', made.name);
    return c.json('housing-applicant', 'request', 'submit', made.name);
  } },
  correction: { reader: 'civil-affairs-reviewer', write: (c, text, at) => c.json('tax-applicant', 'correction', 'open', '--resource', MARRIAGES,
    '--item', ['man_name', 'man_id', 'woman_name', 'woman_id', 'status', 'cert_no', 'registered_on', 'office', 'division'][at % 9],
    `--description=${text}`, `--value=${text}`, `--evidence=${text}`) },
  finding: { reader: 'authority-officer', write: async (c, text) => c.json('civil-affairs-sharing-head', 'finding', 'report', '--about', c.agencies.tax.name,
    '--detector', 'r25-40-6', `--summary=${text}`, `--evidence=${c.grants.marriages}=${text}`) },
  demand: { reader: 'authority-officer', write: (c, text) => c.json('tax-applicant', 'demand', 'create', `--title=${text}`, '--item=编号',
    `--legal-basis=${text}`, `--scenario=${text}`) },
  inquiry: { reader: 'civil-affairs-reviewer', write: (c, text) => c.json('housing-applicant', 'inquiry', 'open', MARRIAGES, `--question=${text}`) },
  complaint: { reader: 'authority-officer', write: (c, text) => c.json('authority-officer', 'complaint', 'open', '--kind', 'RIGHTS', '--about',
    c.agencies.tax.name, `--file-number=${text.slice(0, 40)}`, `--text=${text}`) },
};

const readers = [...new Set(Object.values(PLACES).map(({ reader }) => reader))];
for (const reader of readers) {
  test(`${reader} reads what is hostile, and nothing of it runs`, async () => {
    const c = await city();
    const context = await visitor();
    const page = await signIn(context, reader);
    page.on('dialog', (dialog) => context.faults.push(`a dialog: ${dialog.message()}`));
    page.on('popup', (popup) => context.faults.push(`a window: ${popup.url()}`));
    const lists = new Set();
    for (const [kind, place] of Object.entries(PLACES).filter(([, one]) => one.reader === reader)) {
      let taken = 0;
      for (const [at, text] of CORPUS.entries()) {
        let name;
        try {
          ({ name } = await place.write(c, text, at));
        } catch (error) {
          // A service may take less than that; it says so by the field.
          assert.match(error.message, /FIELD_INVALID|INVALID_ARGUMENT|ALREADY|DUPLICATE/, `${kind}: ${text}`);
          continue;
        }
        taken += 1;
        const path = place.path?.(name) ?? `/${name}`;
        lists.add(`/${path.split('/')[1]}`);
        await go(page, path);
        await harmless(page, `${kind}: ${text}`);
        const start = text.replace(/\s+/g, ' ').slice(0, 24);
        const shown = (await page.locator('main').innerText()).replace(/\s+/g, ' ');
        assert.ok(shown.includes(start), `${kind}: ${text} is not shown as it was written: ${shown}`);
      }
      assert.ok(taken >= CORPUS.length / 2, `${kind}: ${taken} texts were taken`);
    }
    for (const list of lists) {
      await go(page, list);
      await harmless(page, list);
    }
    await context.close();
  });
}

/** Puts hostile text in the place of each that people wrote, in all answers to this page's calls. */
async function poison(context) {
  const { contracts } = await application();
  let count = 0;
  await context.exposeBinding('poisoned', (_, path, answer) => Buffer.from(contracts.rewritten(path, Buffer.from(answer, 'base64'), (was) => {
    count += 1;
    return /^https?:/.test(was) ? `javascript:${RAN}//${was}` : `${CORPUS[count % CORPUS.length]} ${was}`;
  })).toString('base64'));
  await context.addInitScript(() => {
    const real = globalThis.fetch;
    const { poisoned } = globalThis;
    globalThis.fetch = async (input, init) => {
      const answer = await real(input, init);
      if (!answer.ok || answer.headers.get('content-type') !== 'application/proto') return answer;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const text = await poisoned(new URL(answer.url).pathname, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
      return new Response(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)), { status: answer.status, headers: answer.headers });
    };
  });
  return () => count;
}

const shown = new Set();
for (const person of peopleOf(options.all)) {
  test(`whatever texts the services answer, the pages of ${person} show them as text`, async () => {
    const context = await visitor();
    const poisoned = await poison(context);
    const page = await signIn(context, person);
    page.on('dialog', (dialog) => context.faults.push(`a dialog: ${dialog.message()}`));
    page.on('popup', (popup) => context.faults.push(`a window: ${popup.url()}`));
    const wrong = [];
    await walk(page, async ({ path, route }) => {
      shown.add(route);
      // A call may find that it was asked with what it never said.
      context.faults = context.faults.filter((fault) => !/^\d{3} /.test(fault));
      try {
        await harmless(page, path);
      } catch (error) {
        wrong.push(`${path}: ${error.message}`);
      }
    }, { skip: (route) => shown.has(route) });
    assert.deepEqual(wrong, []);
    assert.ok(poisoned() > 100, `${poisoned()} texts were changed`);
    await context.close();
  });
}

/** The page shown ran nothing, leads nowhere else, and is no wider than the window. */
async function harmless(page, where) {
  await settled(page);
  faultless(page.context(), where);
  const state = await page.evaluate(() => ({
    ran: globalThis.ran,
    wide: document.documentElement.scrollWidth === document.documentElement.clientWidth ? [] :
      [...document.querySelectorAll('main *')].filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map((node) => `${node.tagName}.${node.className}`).slice(0, 20),
    seen: document.body.getClientRects().length > 0,
    strange: [...document.querySelectorAll('script:not([src]), iframe, base, [href^="javascript:" i], [onerror], [onload]')].map((node) => node.outerHTML.slice(0, 100)),
    away: [...document.querySelectorAll('[href], [src]')].map((node) => node.href || node.src)
      .filter((to) => typeof to === 'string' && to !== '' && !to.startsWith(location.origin) && !to.startsWith('data:')),
  }));
  assert.deepEqual(state, { ran: undefined, wide: [], seen: true, strange: [], away: [] }, where);
}
