// SPDX-License-Identifier: Apache-2.0
// People come in: by the code of the first start, by password and a second factor; and go.
import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { authenticator, city, faultless, field, firstFactor, secondFactor, settled, signIn, visitor, words } from './fixture.mjs';

/** RFC 6238 of a secret in base32, at `time` in milliseconds. */
function totp(secret, time) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('the first start: an administrator opens the account by its code and signs in by authenticator', async () => {
  const { codes, password } = await city();
  const t = await words('first-start');
  const context = await visitor();
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('link', { name: (await words('session'))('haveCode') }).click();
  // Until it is there, the page left has a field of the same name.
  await page.getByRole('heading', { level: 1, name: t('title') }).waitFor();
  await field(page, t('person')).fill('audit-administrator');
  await field(page, t('code')).fill(codes.AUDIT_ADMINISTRATOR);
  await field(page, t('password')).fill(password);
  await field(page, t('again')).fill(password);
  await page.getByRole('button', { name: t('open') }).click();
  const secret = await page.getByLabel(t('secret')).innerText();
  await (await city()).opened('audit-administrator');
  assert.match(secret.replace(/\s/g, ''), /^[A-Z2-7]{32,}$/);
  // A page that tells a secret once is not to be left in the browser's history of forms.
  assert.equal(await page.locator('input').count(), 0);
  await authenticator(page, 'audit-administrator');
  await page.getByRole('link', { name: t('signIn') }).click();
  const s = await words('session');
  await field(page, s('person')).fill('audit-administrator');
  await field(page, s('password')).fill(password);
  await page.getByRole('button', { name: s('next') }).click();
  await secondFactor(page);
  await page.getByRole('button', { name: (await words('app'))('signOut') }).waitFor();
  faultless(context);
  await context.close();
});

test('an applicant signs in by password and one-time code, and by the keyboard alone', async () => {
  const context = await visitor();
  const page = await context.newPage();
  const { password, totp: secret } = await (await city()).account('tax-applicant');
  await page.goto('/catalogue');
  // The first field has the focus; nothing needs a mouse.
  await field(page, (await words('session'))('person')).waitFor();
  await page.keyboard.type('tax-applicant');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  const s = await words('session');
  await page.getByRole('radio', { name: s('factor.totp') }).or(page.getByRole('textbox', { name: s('factor.code') })).first().waitFor();
  const choice = page.getByRole('radio', { name: s('factor.totp') });
  if (await choice.count() > 0) await choice.check();
  await page.getByRole('textbox', { name: s('factor.code') }).focus();
  await page.keyboard.type(totp(secret, Date.now()));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: (await words('catalogue'))('search.title') }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/catalogue', 'the page that was asked for follows');
  faultless(context);
  await context.close();
});

test('who signed out is out: nothing of the pages is left, and going back shows the sign-in', async () => {
  const context = await visitor();
  const page = await signIn(context, 'tax-applicant', { path: '/catalogue' });
  await page.getByRole('button', { name: (await words('app'))('signOut') }).click();
  const s = await words('session');
  await field(page, s('password')).waitFor();
  assert.equal(await page.evaluate(() => Object.keys(sessionStorage).length), 0);
  await page.goto('/settings');
  await field(page, s('password')).waitFor();
  assert.deepEqual(await context.cookies(), []);
  await firstFactor(page, 'tax-applicant');
  await authenticator(page, 'tax-applicant');
  await secondFactor(page);
  await page.getByRole('heading', { level: 1, name: (await words('accounts'))('settings.title') }).waitFor();
  faultless(context);
  await context.close();
});
