// SPDX-License-Identifier: Apache-2.0
// The built page in a real browser, over the DevTools protocol:
//
//   node browser_test.mjs VERIFY.html VECTORS
//
// Every pack of VECTORS comes to the same verdict on the page; by keyboard alone; in three
// languages; names and roles are there for a screen reader; nothing is asked of a network.
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0);
if (CHROMIUM === undefined) {
  console.log('skipped: no chromium here');
  process.exit(77);
}

/** The DevTools protocol through pipes 3 and 4: messages end in a NUL. */
class Browser {
  constructor(profile) {
    this.process = spawn(CHROMIUM, [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe',
      '--disable-background-networking', '--no-first-run', `--user-data-dir=${profile}`,
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.events = [];
    this.waiting = new Map();
    this.next = 1;
    let rest = '';
    this.process.stdio[4].setEncoding('utf8').on('data', (chunk) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop();
      for (const text of messages) this.take(JSON.parse(text));
    });
  }

  take(message) {
    const waiter = this.waiting.get(message.id);
    if (waiter === undefined) {
      this.events.push(message);
      return;
    }
    this.waiting.delete(message.id);
    if (message.error) waiter.reject(new Error(JSON.stringify(message.error)));
    else waiter.resolve(message.result);
  }

  send(method, params = {}) {
    const id = this.next++;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params,
      sessionId: this.session })}\0`);
    return new Promise((res, reject) => this.waiting.set(id, { resolve: res, reject }));
  }

  async open(url) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    this.session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Page', 'Network', 'Runtime', 'Log', 'DOM', 'Accessibility']) {
      await this.send(`${domain}.enable`);
    }
    await this.send('Page.navigate', { url });
    await this.until("document.readyState === 'complete' && document.title !== 'Shareway'");
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  }

  async until(condition) {
    // Asked again until it holds; ctest limits the whole.
    while (!await this.evaluate(condition)) await this.evaluate('new Promise(requestAnimationFrame)');
  }

  async press(key, code = key, text = undefined) {
    const event = { key, code, text, windowsVirtualKeyCode: { Tab: 9, Enter: 13 }[key] };
    await this.send('Input.dispatchKeyEvent', { ...event, type: 'keyDown' });
    await this.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' });
  }

  async choose(selector, path) {
    const { root } = await this.send('DOM.getDocument');
    const { nodeId } = await this.send('DOM.querySelector', { nodeId: root.nodeId, selector });
    await this.send('DOM.setFileInputFiles', { nodeId, files: [path] });
  }
}

const STATE = `({
  good: document.getElementById('result').className === 'good',
  verdict: document.getElementById('verdict').textContent,
  reason: document.getElementById('reason').textContent,
  rows: Array.from(document.querySelectorAll('#entries tbody tr'),
    (row) => [row.querySelector('th').textContent, row.lastChild.className]),
  focus: document.activeElement.id })`;

/** Verifies by keyboard alone: keys typed, Tab to the button, Enter. */
async function verify(browser, folder, one) {
  const file = join(folder, 'pack.json');
  writeFileSync(file, 'pack' in one ? one.pack : Buffer.from(one.pack_base64, 'base64'));
  await browser.evaluate("document.getElementById('result').hidden = true");
  await browser.choose('#pack', file);
  await browser.evaluate("document.getElementById('keys').select(); " +
    "document.getElementById('keys').focus()");
  await browser.send('Input.insertText', { text: one.keys.join('\n') });
  await browser.press('Tab');
  await browser.press('Tab');
  assert.equal(await browser.evaluate('document.activeElement.tagName'), 'BUTTON');
  await browser.press('Enter', 'Enter', '\r');
  await browser.until("!document.getElementById('result').hidden && " +
    "!document.querySelector('button').disabled");
  return browser.evaluate(STATE);
}

async function run(page, vectors, folder) {
  const browser = new Browser(join(folder, 'profile'));
  try {
    await browser.open(`file://${resolve(page)}`);
    const { cases } = JSON.parse(readFileSync(join(vectors, 'packs.json'), 'utf8'));
    let compared = 0;
    for (const one of cases.filter(({ keys }) => keys.length > 0)) {
      const state = await verify(browser, folder, one);
      assert.equal(state.good, one.valid, `${one.name}: ${state.verdict} ${state.reason}`);
      assert.equal(state.focus, 'verdict', 'the result gets the focus');
      const failed = state.rows.filter(([, outcome]) => outcome !== 'good');
      const want = one.want?.entry === undefined ? [] : [[String(one.want.entry), 'bad']];
      assert.deepEqual(failed, want, one.name);
      if (one.valid) assert.equal(state.rows.length, one.want.entries, one.name);
      compared += 1;
    }

    await verify(browser, folder, cases.find(({ valid }) => valid));
    const titles = new Set();
    for (const language of ['zh-Hans', 'zh-Hant', 'en']) {
      titles.add(await browser.evaluate(`{
        const select = document.getElementById('language');
        select.value = '${language}';
        select.dispatchEvent(new Event('change'));
        document.documentElement.lang + document.title + document.getElementById('verdict').textContent
      }`));
    }
    assert.equal(titles.size, 3);
    assert.equal(await browser.evaluate(
      "document.body.innerText.includes('undefined') || document.body.innerText.includes('{n}')"),
      false);

    const { nodes } = await browser.send('Accessibility.getFullAXTree');
    const seen = nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => [role?.value, name?.value]);
    for (const role of ['main', 'combobox', 'textbox', 'button', 'table', 'status', 'region']) {
      assert(seen.some(([is]) => is === role), `no ${role} for a screen reader`);
    }
    for (const [role, name] of seen) {
      const named = ['combobox', 'textbox', 'button', 'table', 'region'].includes(role);
      assert(!named || name, `a ${role} without a name`);
    }

    // Nothing was asked of a network and nothing broke the policy, which does forbid it.
    const violations = () => browser.events.filter(({ method, params }) =>
      method === 'Log.entryAdded' && /Content Security Policy/.test(params.entry.text)).length;
    const asked = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent')
      .map(({ params }) => params.request.url).filter((url) => !url.startsWith('file:'));
    assert.deepEqual(asked, []);
    assert.deepEqual(browser.events.filter(({ method }) => method === 'Runtime.exceptionThrown'),
                     []);
    assert.equal(violations(), 0);
    assert.equal(await browser.evaluate(
      "fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused')"), 'refused');
    assert(violations() > 0);
    console.log(`${compared} packs have the same verdict in ${CHROMIUM}`);
  } finally {
    browser.process.kill();
    await new Promise((done) => browser.process.once('exit', done));
  }
}

const [page, vectors] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'page-'));
try {
  await run(page, vectors, folder);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
