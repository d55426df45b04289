// SPDX-License-Identifier: Apache-2.0
// The main job from sign-in to evidence, by six people of different roles: who finds and asks, who
// signs that off, who decides, who signs that off, who uses it, who proves it. Each in a browser of
// his own, with an authenticator of his own.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { city, faultless, field, keepKey, options, settled, signIn, signs, visitor, words } from './fixture.mjs';

const MARRIAGES = 'resources/306002-000001';
const LOCALES = options.all ? ['zh-Hans', 'zh-Hant', 'en'] : ['zh-Hans'];

const day = (days) => new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);

for (const locale of LOCALES) {
  test(`data are found, asked for, decided on and proved, by six people, in ${locale}`, async () => {
    const contexts = [];
    const open = async (person, path) => {
      const context = await visitor({ locale });
      contexts.push(context);
      const page = await signIn(context, person, { path, locale });
      await keepKey(page, person);
      await settled(page);
      return page;
    };
    const ui = await words('ui', locale);
    const t = await words('requests', locale);
    const button = (within, name) => within.getByRole('button', { name, exact: true });
    const act = async (page, label) => {
      await button(page.getByRole('main'), label).click();
      const dialog = page.getByRole('dialog', { name: label });
      await dialog.waitFor();
      const shown = await signs(page, () => button(dialog, ui('act.sign')).click());
      await dialog.waitFor({ state: 'hidden' });
      return shown;
    };
    const next = async (page) => { await button(page, t('steps.forward')).click(); };

    // 1. The applicant finds the entry, and asks for three items of the rows that the case needs.
    const applicant = await open('housing-applicant', `/${MARRIAGES}`);
    const c = await words('catalogue', locale);
    await button(applicant, c('resource.ask')).click();
    await applicant.getByRole('heading', { level: 1, name: t('write.title') }).waitFor();
    for (const item of ['cert_no', 'kind', 'office']) await applicant.getByRole('checkbox', { name: new RegExp(`\\(${item}\\)`) }).check();
    await next(applicant);
    await button(applicant, t('write.addFilter')).click();
    await applicant.getByLabel(t('write.filterItem', { number: 1 })).selectOption('kind');
    await applicant.getByLabel(t('write.filterValue', { number: 1 })).fill('结婚');
    await next(applicant);
    await applicant.getByRole('checkbox', { name: t('purpose.WORK_REFERENCE') }).check();
    await applicant.getByRole('checkbox', { name: t('method.QUERY') }).check();
    await field(applicant, t('field.start')).fill(day(0));
    await field(applicant, t('field.end')).fill(day(180));
    await next(applicant);
    await field(applicant, t('field.basis')).fill('《演示市住房保障办法》第八条');
    await field(applicant, t('field.scenario')).fill(`审核住房保障资格时核对登记信息（${locale}）`);
    await next(applicant);
    await button(applicant, t('write.check')).click();
    await applicant.getByText(t('write.checked')).waitFor();
    await button(applicant, t('write.save')).click();
    await applicant.waitForURL(/\/requests\/[a-z2-7]{10,}$/);
    const name = decodeURIComponent(new URL(applicant.url()).pathname.slice(1));
    await applicant.getByText(t('state.DRAFT'), { exact: true }).waitFor();

    // 2. The head of the consumer's sharing body states by a signature that it is true, lawful and necessary.
    const head = await open('housing-sharing-head', `/${name}`);
    const shown = await act(head, t('act.signOff'));
    for (const part of [name, 'people/housing-sharing-head', 'SignOffRequest']) assert.ok(shown.includes(part), `${part} in ${shown}`);
    await head.getByText(t('state.SIGNED_OFF'), { exact: true }).waitFor();
    await button(applicant, ui('page.reload')).click();
    await button(applicant, t('act.submit')).click();
    await applicant.getByText(t('state.IN_REVIEW'), { exact: true }).waitFor();

    // 3. The provider's reviewer cuts an item that the matter does not need, and says why.
    const desk = await words('inbox', locale);
    const reviewer = await open('civil-affairs-reviewer', '/inbox');
    await reviewer.getByRole('main').getByRole('link', { name }).click();
    await reviewer.getByRole('heading', { level: 1, name }).waitFor();
    await settled(reviewer);
    await reviewer.getByRole('checkbox', { name: /office/ }).uncheck();
    await reviewer.getByRole('main').getByRole('textbox', { name: /office/ }).fill('办理该事项不需要登记机关');
    await act(reviewer, desk('act.reduce'));
    await reviewer.getByText(desk('state.DECIDED'), { exact: true }).waitFor();

    // 4. The provider's head signs, and the grant is there.
    const provider = await open('civil-affairs-sharing-head', `/inbox/${name.slice('requests/'.length)}`);
    await act(provider, desk('act.signOff'));
    await provider.getByText(desk('state.APPROVED'), { exact: true }).waitFor();

    // 5. The consumer sees what was granted, what was not and why.
    await button(applicant, ui('page.reload')).click();
    await applicant.getByText(t('state.APPROVED'), { exact: true }).waitFor();
    await applicant.getByText('办理该事项不需要登记机关').first().waitFor();
    const { grant } = await (await city()).json('housing-applicant', 'request', 'show', name);
    await applicant.getByRole('main').getByRole('link', { name: grant }).click();
    await applicant.getByRole('heading', { level: 1, name: grant }).waitFor();
    await settled(applicant);

    // 6. The auditor finds the decision in the log, and his browser checks the proof by itself.
    const audit = await words('audit', locale);
    const auditor = await open('auditor', `/evidence?grant=${encodeURIComponent(grant)}`);
    await auditor.getByRole('main').locator('a[href^="/evidence/"]').filter({ hasNotText: audit('pack.title') }).first().click();
    await auditor.getByRole('heading', { level: 2, name: audit('entry.proof') }).waitFor();
    const proof = auditor.locator('section[aria-labelledby=entry-proof]');
    await proof.getByText(audit('step.good'), { exact: true }).first().waitFor();
    await settled(auditor);
    assert.equal(await proof.getByText(audit('step.bad'), { exact: true }).count(), 0);

    for (const context of contexts) {
      faultless(context, context.person);
      await context.close();
    }
  });
}
