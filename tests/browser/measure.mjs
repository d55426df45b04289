// SPDX-License-Identifier: Apache-2.0
// How long people wait, printed and not judged: node measure.mjs [--bin DIR --web DIR --sign FILE]
// The start is the real one; the long list is of made-up rows, put in the place of the service's answer.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WEB } from './application.mjs';
import { options, settled, signIn, stop, visitor, words } from './fixture.mjs';

const build = join(dirname(fileURLToPath(import.meta.url)), '../../build');
const { values } = parseArgs({ options: {
  bin: { type: 'string', default: join(build, 'bin') }, web: { type: 'string', default: join(build, 'web') },
  sign: { type: 'string', default: join(build, 'tests/browser/sign.html') } } });
Object.assign(options, { bin: resolve(values.bin), web: resolve(values.web), sign: resolve(values.sign) });

const { create, fromBinary, toBinary } = await import(join(WEB, 'node_modules/@bufbuild/protobuf/dist/esm/index.js'));
const { createServer } = await import(join(WEB, 'node_modules/vite/dist/node/index.js'));
const sources = await createServer({ root: WEB, configFile: join(WEB, 'vite.config.ts'), appType: 'custom', logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
const { ListRequestsRequestSchema, ListRequestsResponseSchema } =
  await sources.ssrLoadModule('/build/contracts/shareway/sharing/v1/request_message_pb.ts');
await sources.close();

const ROWS = 100_000;
const PAGE = 1000;
const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const tell = (what, ms) => console.log(`${what.padEnd(62)} ${ms.toFixed(0)} ms`);

const context = await visitor();
const page = await signIn(context, 'housing-applicant');
await settled(page);

// From the address to a page that answers keys and shows what it has.
const starts = [];
for (let i = 0; i < 5; i += 1) {
  const begun = Date.now();
  await page.goto('/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  starts.push(Date.now() - begun);
}
tell('signed in, address to heading, browser cache warm', middle(starts));
const cold = await visitor();
const outside = await cold.newPage();
const begun = Date.now();
await outside.goto('/');
await outside.getByRole('button').first().waitFor();
tell('nobody signed in, address to form, nothing cached', Date.now() - begun);
await cold.close();

// 100,000 requests: rows come a thousand at a time, as a service may answer.
await page.route('**/shareway.sharing.v1.RequestService/ListRequests', async (route) => {
  const { pageToken, state } = fromBinary(ListRequestsRequestSchema, new Uint8Array(route.request().postDataBuffer() ?? []));
  const from = Number(pageToken);
  const size = state === 0 ? PAGE : 100;
  const requests = Array.from({ length: size }, (_, i) => ({
    name: `requests/m${String(from + i).padStart(6, '0')}`, resource: 'resources/306002-000001', consumer: 'agencies/11990100000100052G',
    provider: 'agencies/11990100000100044M', state: 3, dueDate: '2026-12-31', workingDaysLeft: 9, etag: 'e',
  }));
  const nextPageToken = from + size < ROWS && state === 0 ? String(from + size) : '';
  await route.fulfill({ contentType: 'application/proto',
    body: Buffer.from(toBinary(ListRequestsResponseSchema, create(ListRequestsResponseSchema, { requests, nextPageToken }))) });
});
const t = await words('requests');
const ui = await words('ui');
await page.goto('/requests');
await page.getByRole('link', { name: 'requests/m000000' }).waitFor();
const more = page.getByRole('button', { name: ui('table.more') });
const loads = [];
while (await more.count() > 0) {
  const at = Date.now();
  await more.click();
  await page.waitForFunction(() => document.querySelector('main .ant-btn-loading') === null);
  loads.push(Date.now() - at);
  if (loads.length >= ROWS / PAGE) break;
}
tell(`another ${PAGE} rows, of ${ROWS} in the end (median of ${loads.length})`, middle(loads));
tell('the last of them', loads.at(-1));
const frames = await page.evaluate(async () => {
  const view = [...document.querySelectorAll('main *')].find((one) => one.scrollHeight > one.clientHeight + 1000 && getComputedStyle(one).overflowY !== 'visible')
    ?? document.scrollingElement;
  const out = [];
  for (let i = 0; i < 200; i += 1) {
    const begun = performance.now();
    view.scrollTop = (view.scrollHeight * i) / 200;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    out.push(performance.now() - begun);
  }
  return out;
});
tell('a scroll by 500 rows to two frames after (median of 200)', middle(frames));
tell('the slowest of them', Math.max(...frames));
const filtered = Date.now();
await page.getByLabel(t('field.state'), { exact: true }).selectOption('IN_REVIEW');
await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length > 0 && document.querySelector('main .ant-btn-loading') === null);
tell('another filter, to its rows', Date.now() - filtered);
await context.close();
await stop();
