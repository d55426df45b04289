// SPDX-License-Identifier: Apache-2.0
// From the wish to the decision by the keyboard alone: every step of the request's form, both
// signatures of the consumer, and the provider's.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { act, button, city, desk, faultless, field, press, reach, settled, words } from './fixture.mjs';

const MARRIAGES = 'resources/306002-000001';
const day = (days) => new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);

/** Goes to a field by the keyboard and types. */
async function type(page, control, text) {
  await reach(page, control);
  // A date is asked for in parts, in the order of the browser's own language, which is English here.
  const [year, month, date] = text.split('-');
  await page.keyboard.type(await control.getAttribute('type') === 'date' ? month + date + year : text);
  assert.equal(await control.inputValue(), text);
}

test('an applicant without a mouse finds, asks, has it signed off and submits; a reviewer decides', async () => {
  const t = await words('requests');
  const c = await words('catalogue');
  const inbox = await words('inbox');
  const ui = await words('ui');
  const page = await desk('housing-applicant', `/${MARRIAGES}`);
  const next = () => press(page, button(page, t('steps.forward')));
  await press(page, button(page, c('resource.ask')));
  await page.getByRole('heading', { level: 1, name: t('write.title') }).waitFor();
  await settled(page);
  for (const item of ['cert_no', 'kind']) await press(page, page.getByRole('checkbox', { name: new RegExp(`\\(${item}\\)`) }), 'Space');
  await next();
  await press(page, button(page, t('write.addFilter')));
  const filtered = page.getByLabel(t('write.filterItem', { number: 1 }));
  await reach(page, filtered);
  // A list takes the beginning of a choice's name.
  const wanted = await filtered.locator('option[value=kind]').innerText();
  for (let pressed = 0; pressed < 30 && await filtered.inputValue() !== 'kind'; pressed += 1) await page.keyboard.press('ArrowDown');
  assert.equal(await filtered.inputValue(), 'kind', wanted);
  await type(page, page.getByLabel(t('write.filterValue', { number: 1 })), '结婚');
  await next();
  await press(page, page.getByRole('checkbox', { name: t('purpose.WORK_REFERENCE') }), 'Space');
  await press(page, page.getByRole('checkbox', { name: t('method.QUERY') }), 'Space');
  await type(page, field(page, t('field.start')), day(0));
  await type(page, field(page, t('field.end')), day(180));
  await next();
  await type(page, field(page, t('field.basis')), '《演示市住房保障办法》第八条');
  await type(page, field(page, t('field.scenario')), '审核住房保障资格时核对登记信息，全程键盘');
  await next();
  await press(page, button(page, t('write.check')));
  await page.getByText(t('write.checked')).waitFor();
  await press(page, button(page, t('write.save')));
  await page.waitForURL(/\/requests\/[a-z2-7]{10,}$/);
  const name = decodeURIComponent(new URL(page.url()).pathname.slice(1));
  await page.getByText(t('state.DRAFT'), { exact: true }).waitFor();
  await settled(page);

  const head = await desk('housing-sharing-head', `/${name}`);
  await act(head, t('act.signOff'));
  await head.getByText(t('state.SIGNED_OFF'), { exact: true }).waitFor();
  await press(page, button(page, ui('page.reload')));
  await press(page, button(page, t('act.submit')));
  await page.getByText(t('state.IN_REVIEW'), { exact: true }).waitFor();
  assert.deepEqual((await (await city()).json('housing-applicant', 'request', 'show', name)).scope.items, ['cert_no', 'kind']);

  const reviewer = await desk('civil-affairs-reviewer', '/inbox');
  await press(reviewer, reviewer.getByRole('main').getByRole('link', { name }));
  await reviewer.getByRole('heading', { level: 1, name }).waitFor();
  await settled(reviewer);
  await act(reviewer, inbox('act.approve'));
  await reviewer.getByText(inbox('state.DECIDED'), { exact: true }).waitFor();
  for (const one of [page, head, reviewer]) faultless(one.context());
});
