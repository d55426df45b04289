// SPDX-License-Identifier: Apache-2.0
// The main job: a request is decided by the person's own signature, and what comes of it.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { act, button, city, desk, faultless, field, firstFactor, press, secondFactor, settled, signIn, visitor, words } from './fixture.mjs';

const REVIEWER = 'civil-affairs-reviewer';
const HEAD = 'civil-affairs-sharing-head';
const pathOf = (name) => `/inbox/${name.slice('requests/'.length)}`;

test('a reviewer without a mouse approves, the head signs it off, and the grant is there', async () => {
  const t = await words('inbox');
  const name = await (await city()).newRequest();
  const page = await desk(REVIEWER, '/inbox');
  await press(page, page.getByRole('main').getByRole('link', { name }));
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await settled(page);
  const { dialog, shown } = await act(page, t('act.approve'));
  // What is signed is what the signing page reads from the act's own bytes.
  for (const part of [name, `people/${REVIEWER}`, 'DecideRequest']) assert.ok(shown.includes(part), `${part} in ${shown}`);
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText(t('state.DECIDED'), { exact: true }).waitFor();
  await settled(page);
  faultless(page.context());

  const head = await desk(HEAD, pathOf(name));
  await act(head, t('act.signOff'));
  await head.getByText(t('state.APPROVED'), { exact: true }).waitFor();
  faultless(head.context());

  const granted = (await (await city()).json('housing-applicant', 'request', 'show', name)).grant;
  const consumer = await desk('housing-applicant', `/${granted}`);
  await consumer.getByRole('heading', { level: 1, name: granted }).waitFor();
  const list = await desk('housing-applicant', '/grants');
  await list.getByRole('link', { name: granted }).waitFor();
  faultless(consumer.context());
});

test('a reviewer cuts an item with its reason, and the reason reaches the consumer', async () => {
  const t = await words('inbox');
  const name = await (await city()).newRequest();
  const page = await desk(REVIEWER, pathOf(name));
  await page.getByRole('checkbox', { name: /office/ }).uncheck();
  const reason = '办理该事项不需要登记机关';
  await page.getByRole('main').getByRole('textbox', { name: /office/ }).fill(reason);
  await act(page, t('act.reduce'));
  await page.getByText(t('state.DECIDED'), { exact: true }).waitFor();
  await act(await desk(HEAD, pathOf(name)), t('act.signOff'));
  const told = await desk('housing-applicant', pathOf(name));
  await told.getByText(reason).first().waitFor();
  for (const person of [REVIEWER, HEAD, 'housing-applicant']) faultless((await desk(person)).context());
});

test('whoever decides too late is told by whom and when it was, and keeps what was typed', async () => {
  const t = await words('inbox');
  const ui = await words('ui');
  const name = await (await city()).newRequest();
  const page = await desk(REVIEWER, pathOf(name));
  // The page is not read again before the act comes too late.
  let release;
  const held = new Promise((done) => { release = done; });
  const reading = '**/shareway.sharing.v1.RequestService/GetRequest';
  await page.route(reading, async (route) => { await held; await route.continue(); });
  const reason = '申请未载明具体办理事项，请按事项重新申请。';
  await (await city()).run(REVIEWER, 'request', 'ask-supplement', name, '--missing', '办理事项=缺少办理事项清单');
  const { dialog } = await act(page, t('act.refuse'), async (open) => {
    await field(open, t('field.reason')).fill(reason);
    await open.getByLabel(t('act.ground')).selectOption('OTHER');
  });
  const alert = dialog.getByRole('alert');
  release();
  await alert.filter({ hasText: REVIEWER }).waitFor();
  const { time, actor } = (await (await city()).json(REVIEWER, 'request', 'show', name)).steps.at(-1);
  const at = new Intl.DateTimeFormat('zh-Hans', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' })
    .format(new Date(time));
  assert.equal(actor, `people/${REVIEWER}`);
  const said = await alert.innerText();
  assert.ok(said.includes(at), `${at} in ${said}`);
  assert.ok(said.includes(ui('error.kept')), said);
  assert.equal(await field(dialog, t('field.reason')).inputValue(), reason);
  await page.unroute(reading);
  await button(dialog, ui('error.reload')).click();
  await page.getByText(t('state.NEEDS_SUPPLEMENT'), { exact: true }).waitFor();
  const kept = await page.evaluate(() => Object.values({ ...sessionStorage }).join());
  assert.ok(kept.includes(reason), kept);
  faultless(page.context(), 'the act alone is refused', ['409 /shareway.sharing.v1.RequestService/DecideRequest']);
});

test('the provider’s head suspends a grant and resumes it, each by a signature', async () => {
  const g = await words('grants');
  const { grants } = await city();
  const page = await desk(HEAD, `/${grants.marriages}`);
  const fill = async (open) => {
    await open.getByLabel(g('act.ground')).selectOption('MISUSE');
    await field(open, g('act.reason')).fill('超出用途使用');
  };
  await act(page, g('act.suspend'), fill);
  await page.getByText(g('state.SUSPENDED'), { exact: true }).waitFor();
  assert.equal((await (await city()).json(HEAD, 'grant', 'show', grants.marriages)).state, 'SUSPENDED');
  await act(page, g('act.resume'), (open) => field(open, g('act.reason')).fill('已整改'));
  await page.getByText(g('state.ACTIVE'), { exact: true }).waitFor();
  faultless(page.context());
});

test('a session that an administrator ends takes nothing of the form with it', async () => {
  const c = await words('corrections');
  const s = await words('session');
  const a = await words('accounts');
  const context = await visitor();
  const page = await signIn(context, 'tax-applicant', { path: '/corrections/new' });
  const text = '登记机关名称已经变更，目录仍为旧名称';
  await field(page, c('field.resource')).fill('resources/306002-000001');
  await field(page, c('field.item')).fill('office');
  await field(page, c('field.description')).fill(text);

  const admin = await desk('system-administrator', '/accounts/tax-applicant');
  const ends = admin.getByRole('button', { name: new RegExp(`^${a('sessions.end')} `) });
  for (let left = await ends.count(); left > 0; left -= 1) {
    await ends.first().click();
    await settled(admin);
  }
  await admin.getByText(a('sessions.none')).waitFor();
  faultless(admin.context());

  await button(page, c('send')).click();
  const dialog = page.getByRole('dialog', { name: s('over.title') });
  await dialog.waitFor();
  context.faults.length = 0;
  assert.equal(await field(page, c('field.description')).inputValue(), text);
  await firstFactor(page, 'tax-applicant');
  await secondFactor(page);
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await field(page, c('field.description')).inputValue(), text);
  await button(page, c('send')).click();
  await page.waitForURL(/\/corrections\/[^n]/);
  await page.getByText(text).first().waitFor();
  faultless(context);
  await context.close();
});
