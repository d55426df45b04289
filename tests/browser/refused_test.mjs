// SPDX-License-Identifier: Apache-2.0
// What strangers are told. Five failures close the console to an address for half an hour, and all
// browsers of a run have one address: these are four, and no other test may fail to sign in.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { city, field, visitor, words } from './fixture.mjs';

test('a code that is used up, or is of another person, opens nothing and says no more', async () => {
  const { codes } = await city();
  const t = await words('first-start');
  const context = await visitor();
  const page = await context.newPage();
  const said = [];
  for (const code of [codes.AUDIT_ADMINISTRATOR, codes.SECURITY_ADMINISTRATOR]) {
    await page.goto('/first-start');
    await field(page, t('person')).fill('audit-administrator');
    await field(page, t('code')).fill(code);
    await field(page, t('password')).fill('shen-ji-guan-li-8');
    await field(page, t('again')).fill('shen-ji-guan-li-8');
    await page.getByRole('button', { name: t('open') }).click();
    said.push(await page.getByRole('alert').first().innerText());
  }
  assert.equal(said[0], said[1]);
  await context.close();
});

test('a wrong password and a person who is not there are refused in the same words', async () => {
  const s = await words('session');
  const context = await visitor();
  const page = await context.newPage();
  const said = [];
  for (const person of ['tax-applicant', 'nobody-of-this-name']) {
    await page.goto('/');
    await field(page, s('person')).fill(person);
    await field(page, s('password')).fill('not-the-password-1');
    await page.getByRole('button', { name: s('next') }).click();
    // Both go on to the second factor, or both are refused here.
    await page.getByRole('alert').or(page.getByRole('button', { name: s('signIn'), exact: true })).first().waitFor();
    said.push((await page.locator('main').innerText()).replaceAll(person, '…'));
  }
  assert.equal(said[0], said[1]);
  await context.close();
});
