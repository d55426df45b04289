// SPDX-License-Identifier: Apache-2.0
// One city, one browser and the application's sources for all tests of a run; and how people sign
// in and sign. Each person has a context of the browser to himself: own cookies, own storage.
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { Application } from './application.mjs';
import { City } from './city.mjs';

export const options = { bin: '', web: '', sign: '', steps: 'all', all: false };
/** What a state may take to come, however busy the machine is. Nothing waits for it to pass. */
export const PATIENCE = 30_000;

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const once = (make) => {
  const get = () => (get.made ??= make());
  return get;
};

export const application = once(() => Application.read());
export const city = once(async () => City.start({ ...options, told: (line) => console.error(`# ${line}`) }));
export const browser = once(async () => {
  const { hosts, spkiHash } = await city();
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      // Names of the city lead to this machine, all others nowhere: nothing is asked of a network.
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ')}, MAP * ~NOTFOUND`,
      // The city's own authority is no other browser's; this key alone is believed.
      `--ignore-certificate-errors-spki-list=${spkiHash}`,
    ],
  });
});

/** What a page asks that does not know yet whether somebody is signed in. */
const OUTSIDE = ['/csrf', '/shareway.console.v1.SessionService/GetSession'];

const NAMES = { 'zh-Hans': 'zh-CN', 'zh-Hant': 'zh-TW', en: 'en-GB' };

/** A browser of somebody's own. What goes wrong in its pages is kept in `faults`. */
export async function visitor({ locale = 'zh-Hans', shade = 'light', ...more } = {}) {
  const { origin } = await city();
  const context = await (await browser()).newContext({
    baseURL: origin, locale: NAMES[locale], colorScheme: shade, timezoneId: 'Asia/Shanghai',
    viewport: { width: 1366, height: 900 }, reducedMotion: 'reduce', ...more,
  });
  context.setDefaultTimeout(PATIENCE);
  // By the browser's own tools: the pages' policy lets no other script in.
  await context.addInitScript({ path: AXE });
  context.faults = [];
  context.calls = [];
  const ended = (request) => {
    const at = context.calls.findIndex((call) => call.request === request);
    if (at >= 0) context.calls.splice(at, 1);
  };
  context.on('request', (request) => {
    const page = request.frame().page();
    // A page that is left takes its calls with it.
    if (request.isNavigationRequest()) context.calls = context.calls.filter((call) => call.page !== page);
    else if (!/^application\/connect\+/.test(request.headers()['content-type'] ?? '')) context.calls.push({ request, page });
  });
  context.on('response', (response) => {
    if (response.status() >= 400 && !OUTSIDE.some((path) => response.url().endsWith(path))) {
      context.faults.push(`${response.status()} ${new URL(response.url()).pathname}`);
    }
    // Nobody has to read why: such an answer need not end for the browser.
    if (response.status() >= 400) ended(response.request());
  });
  context.on('requestfinished', ended).on('requestfailed', ended);
  context.on('weberror', (error) => context.faults.push(`thrown: ${error.error().stack ?? error.error()}`));
  context.on('console', (message) => {
    // Of answers that are not 200 the browser tells here, too; they are read below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource: the server responded')) {
      context.faults.push(`console: ${message.text()}`);
    }
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that is left ends its calls.
    if (why !== 'net::ERR_ABORTED') context.faults.push(`${request.url()}: ${why}`);
  });
  return context;
}

/** Puts a person's authenticator into a page: it answers for him without a touch. */
export async function authenticator(page, person) {
  const { party, people } = await city();
  const tools = await page.context().newCDPSession(page);
  await tools.send('WebAuthn.enable');
  const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true } });
  await tools.send('WebAuthn.addCredential', { authenticatorId, credential: {
    credentialId: Buffer.from(person).toString('base64'), isResidentCredential: true, rpId: party,
    privateKey: people[person].key, userHandle: Buffer.from(person).toString('base64'),
    // Each authenticator of a test goes on counting where those before it cannot be any more.
    signCount: Math.floor(Date.now() / 1000) - 1_700_000_000 } });
  return tools;
}

/** Words of the pages: `const t = await words('inbox')`, `t('list.title')`. */
export async function words(area, locale = 'zh-Hans') {
  const all = await application();
  return (key, values) => all.say(locale, area, key, values);
}

/** The control of a form with this label, required or not. */
export const field = (within, label) => within.getByLabel(
  new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}( （必填）| \\(required\\))?$`));

/** Types account and password into the form that the page shows; the second factor follows. */
export async function firstFactor(page, person, locale) {
  const t = await words('session', locale);
  const { password } = await (await city()).account(person);
  const name = field(page, t('person'));
  if (await name.inputValue() !== person) await name.fill(person);
  await field(page, t('password')).fill(password);
  await page.getByRole('button', { name: t('next') }).click();
}

/** Shows the second factor, by authenticator. */
export async function secondFactor(page, locale) {
  const t = await words('session', locale);
  const choice = page.getByRole('radio', { name: t('factor.webauthn') });
  const send = page.getByRole('button', { name: t('signIn'), exact: true });
  await send.waitFor();
  if (await choice.count() > 0) await choice.check();
  await send.click();
}

/** Signs a person in on a new page of `context`, and stays at `path`. */
export async function signIn(context, person, { path = '/', locale = 'zh-Hans' } = {}) {
  const page = await context.newPage();
  await authenticator(page, person);
  await page.goto(path);
  await firstFactor(page, person, locale);
  await secondFactor(page, locale);
  const t = await words('app', locale);
  await page.getByRole('button', { name: t('signOut') }).waitFor();
  context.person = person;
  return page;
}

const desks = new Map();
/** A person's page, signed in once and used by all tests that want it as it is. */
export async function desk(person, path = '/') {
  if (!desks.has(person)) {
    desks.set(person, (async () => {
      const context = await visitor();
      const page = await signIn(context, person);
      await keepKey(page, person);
      return page;
    })());
  }
  const page = await desks.get(person);
  await page.goto(path);
  await settled(page);
  return page;
}

/** The signing key that the settings page would keep. */
export async function keepKey(page, person) {
  const { people } = await city();
  await page.evaluate(([name, key]) => localStorage.setItem(`shareway.signing-key ${name}`, key),
    [`people/${person}`, people[person].spki]);
}

/**
 * Waits until a page shows what it has: its heading is there, no call is under way and none begins
 * with the next frames, and nothing says that it waits. Streams, which stay open, are not waited for.
 */
export async function settled(page) {
  const context = page.context();
  const end = Date.now() + PATIENCE;
  const under = () => context.calls.filter((call) => call.page === page);
  const quiet = () => page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(
      document.querySelector('h1') !== null &&
      document.querySelector('.ant-spin-spinning, [aria-busy="true"], .ant-btn-loading') === null))))));
  for (let rounds = 0; rounds < 2;) {
    if (Date.now() > end) {
      throw new Error(`${page.url()} is not settled: ${under().map(({ request }) => request.url()).join(', ')}; ` +
        await page.locator('body').innerText());
    }
    rounds = (await quiet()) && under().length === 0 ? rounds + 1 : 0;
  }
}

/** Presses Tab until a control has the focus, as somebody without a mouse does. */
export async function reach(page, control) {
  const goal = await control.elementHandle();
  for (let pressed = 0; pressed < 300; pressed += 1) {
    if (await goal.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no key leads to ${control}`);
}

/** Reaches a control by the keyboard and presses it. */
export async function press(page, control, key = 'Enter') {
  await reach(page, control);
  await page.keyboard.press(key);
}

/**
 * Does what opens the signing page, reads what that shows, and signs there by the keyboard. Returns the
 * text shown; the page has closed itself.
 */
export async function signs(page, open) {
  const { person } = page.context();
  const [popup] = await Promise.all([page.waitForEvent('popup'), open()]);
  const closed = popup.waitForEvent('close').catch(async (error) => {
    throw new Error(`${error.message}: ${await popup.locator('main').innerText()}`);
  });
  await authenticator(popup, person);
  await popup.locator('#act').waitFor();
  const shown = await popup.locator('main').innerText();
  await press(popup, popup.locator('#read'), 'Space');
  await press(popup, popup.locator('#sign'));
  await closed;
  return shown;
}

/** A button of the page's main part, or of the dialog over it. */
export const button = (within, name) => within.getByRole('button', { name, exact: true });

/** Opens the dialog of an act, fills it in, and signs what it asks. By the keyboard alone. */
export async function act(page, label, fill = () => undefined) {
  const ui = await words('ui');
  await press(page, button(page.getByRole('main'), label));
  const dialog = page.getByRole('dialog', { name: label });
  await dialog.waitFor();
  await fill(dialog);
  const shown = await signs(page, () => press(page, button(dialog, ui('act.sign'))));
  return { dialog, shown };
}

/** What axe finds on the page against WCAG 2.1 A and AA, one line a place. */
export async function barriers(page) {
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }, resultTypes: ['violations'],
  }));
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, html, any }) =>
    `${id}: ${target.join(' ')} ${html.slice(0, 160)} ${any[0]?.message ?? ''}`));
}

/**
 * Since it was asked last, nothing was thrown in this person's pages, logged as an error, or refused by
 * the pages' policy, and no call failed but those of `expected` ("403 /package.Service/Method").
 */
export function faultless(context, where, expected = []) {
  assert.deepEqual(context.faults.splice(0).filter((fault) => !expected.includes(fault)), [], where);
}

/** Ends the browser, then the city. For the end of a run. */
export async function stop() {
  await (await browser.made)?.close();
  await (await city.made)?.stop();
}
