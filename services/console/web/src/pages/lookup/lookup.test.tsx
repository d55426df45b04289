// SPDX-License-Identifier: Apache-2.0
import { Code } from '@connectrpc/connect';
import { act, createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { Comparison, Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { ExchangeService } from '@/gen/shareway/exchange/v1/exchange_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { Grant_State } from '@/gen/shareway/sharing/v1/grant_pb';
import { show, TAX, type Shown } from '@/test/render';
import { LeaveContext } from './leave';
import LookupPage from './LookupPage';
import { markImage, markText } from './mark';
import { SHOWN_MS } from './Result';

const { query, verify, listGrants, watchMyGrants } = ExchangeService.method;
const GRANT = {
  name: 'grants/g1', consumer: TAX, provider: 'agencies/civil', resource: 'resources/r1', state: Grant_State.ACTIVE,
  items: ['id_number', 'name', 'phone'], maskedItems: ['phone'], purposes: [Purpose.ADMINISTRATIVE_BASIS],
  methods: [Method.QUERY, Method.VERIFY], caseRequired: true,
};

afterEach(() => { vi.useRealTimers(); });

function node(): FakeServer {
  return fakeServer()
    .on(listGrants, () => ({ grants: [GRANT, { ...GRANT, name: 'grants/g2', methods: [Method.DOWNLOAD] }] }))
    .onStream(watchMyGrants, () => [
      { grant: { name: 'grants/g0' }, usable: true },
      { grant: { name: 'grants/g1' }, usable: true, daysLeft: 12, quotaLeft: { calls: 37n } },
    ])
    .on(query, ({ exchange }) => ({
      exchange, attempt: 1,
      answer: {
        batch: { items: ['id_number', 'name', 'phone'], records: [{ cells: [
          { value: { case: 'text' as const, value: '110101X' } }, { value: { case: 'text' as const, value: '张伟' } },
          { value: { case: 'null' as const, value: true } },
        ] }] },
        corrections: [{ correction: 'corrections/c1', item: 'name', businessMayProceed: true }],
      },
    }));
}
const atNode = (server: FakeServer, roles = [Role.CLERK]): Shown =>
  show({ roles, server, path: '/lookup', settings: { atNode: true } });

async function fill(shown: Shown): Promise<void> {
  const { user } = shown;
  await user.selectOptions(await screen.findByLabelText(/共享授权/), 'grants/g1');
  await user.type(screen.getByLabelText(/办件编号/), '办件-7');
  const rows = screen.getByRole('group', { name: /查询条件|记录的主键/ });
  await user.selectOptions(within(rows).getByRole('combobox'), 'id_number');
  await user.type(within(rows).getByRole('textbox'), '110101X');
}
const ask = (shown: Shown): Promise<void> => shown.user.click(screen.getByRole('button', { name: '查询' }));

test('in the console the page leads to the gateway, and asks no node', async () => {
  const server = fakeServer().on(SessionService.method.openAtGateway, () => (
    { gateway: `${TAX}/systems/gateway`, url: 'https://node.example:8443', code: 'a-_b' }));
  const went: string[] = [];
  const { user } = show({ roles: [Role.CLERK], server },
    <LeaveContext.Provider value={(url) => went.push(url)}><LookupPage /></LeaveContext.Provider>);
  await user.click(await screen.findByRole('button', { name: '进入本单位网关' }));
  await waitFor(() => expect(went).toEqual(['https://node.example:8443/enter?code=a-_b']));
  expect(server.requests(listGrants)).toHaveLength(0);
});

test('an agency without a gateway is told so, and a code goes to nothing but https', async () => {
  const server = fakeServer().on(SessionService.method.openAtGateway, () => {
    throw fault(Code.FailedPrecondition, 'STATE_FORBIDS');
  });
  const went: string[] = [];
  const { user } = show({ roles: [Role.CLERK], server },
    <LeaveContext.Provider value={(url) => went.push(url)}><LookupPage /></LeaveContext.Provider>);
  await user.click(await screen.findByRole('button', { name: '进入本单位网关' }));
  expect(await screen.findByText(/没有开通供人员使用的网关/)).toBeTruthy();
  server.on(SessionService.method.openAtGateway, () => ({ url: 'http://node.example', code: 'c' }));
  await user.click(await screen.findByRole('button', { name: '进入本单位网关' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(went).toEqual([]);
});

test('beside a node there are the pages of nodes and no others, and nobody signs in', async () => {
  const shown = show({ roles: [Role.CLERK, Role.DATA_STEWARD], server: node(), path: '/', settings: { atNode: true } });
  expect(await screen.findByRole('heading', { level: 1, name: '查询核验' })).toBeTruthy();
  expect(shown.address()).toBe('/lookup');
  expect(within(screen.getByRole('navigation', { name: '菜单' })).getAllByRole('link').map((link) => link.getAttribute('href')))
    .toEqual(['/lookup', '/datasets']);
  shown.unmount();
  show({ roles: null, path: '/lookup', settings: { atNode: true } });
  expect(await screen.findByText(/请先登录共享平台控制台/)).toBeTruthy();
  expect(screen.queryByLabelText(/密码/)).toBeNull();
});

test('who is neither clerk nor steward has no menu entry', async () => {
  show({ roles: [Role.APPLICANT], path: '/' });
  await screen.findByRole('navigation', { name: '菜单' });
  expect(screen.queryByRole('link', { name: '查询核验' })).toBeNull();
});

test('one record is looked up for the case, and shown under the mark', async () => {
  const server = node();
  const shown = atNode(server);
  await fill(shown);
  expect(await screen.findByText('37')).toBeTruthy(); // calls left today
  // Grants for other ways are not there, and masked items are compared with nothing.
  expect(screen.queryByRole('option', { name: /grants\/g2/ })).toBeNull();
  expect(screen.queryByRole('option', { name: 'phone' })).toBeNull();
  await ask(shown);
  expect(await screen.findByText('张伟')).toBeTruthy();
  const request = server.requests(query)[0];
  expect(request).toMatchObject({ grant: 'grants/g1', purpose: Purpose.ADMINISTRATIVE_BASIS, caseNumber: '办件-7', operator: '' });
  expect(request?.query).toMatchObject({ limit: 1, items: [],
    where: [{ item: 'id_number', operator: Condition_Operator.EQUALS, value: '110101X' }] });
  expect(request?.exchange).toMatch(/^[A-Za-z0-9-]{1,63}$/);
  expect(screen.getByText('（空）')).toBeTruthy();
  expect(screen.getByText(/可以凭当事人提交的证明材料/)).toBeTruthy();
  // Person, agency and case are on the result and in every element that holds a value.
  expect(screen.getByText(/wang · 11330000MB0000000A · .* · 办件-7/)).toBeTruthy();
  const cell = screen.getByText('张伟').closest('td');
  expect(decodeURIComponent(cell?.style.backgroundImage ?? '')).toMatch(/wang · 11330000MB0000000A · .* · 办件-7/);
});

test('a result is neither copied nor exported', async () => {
  const shown = atNode(node());
  await fill(shown);
  await ask(shown);
  const value = await screen.findByText('张伟');
  for (const event of [createEvent.copy(value), createEvent.cut(value), createEvent.dragStart(value)]) {
    fireEvent(value, event);
    expect(event.defaultPrevented).toBe(true);
  }
  const names = screen.getAllByRole('button').map((button) => button.textContent ?? '');
  expect(names.filter((name) => /导出|下载|复制|打印/.test(name))).toEqual([]);
});

test('a result is cleared after five minutes, by hand, and with the session', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const server = node();
  const shown = atNode(server);
  await fill(shown);
  await ask(shown);
  await screen.findByText('张伟');
  await act(async () => { await vi.advanceTimersByTimeAsync(SHOWN_MS - 30_000); });
  expect(screen.queryByText('张伟')).not.toBeNull();
  await act(async () => { await vi.advanceTimersByTimeAsync(30_000); });
  expect(screen.queryByText('张伟')).toBeNull();
  expect(screen.getByText('结果已清除。')).toBeTruthy();
  vi.useRealTimers();

  await ask(shown);
  await screen.findByText('张伟');
  await shown.user.click(screen.getByRole('button', { name: '立即清除' }));
  expect(screen.queryByText('张伟')).toBeNull();

  await ask(shown);
  await screen.findByText('张伟');
  fireEvent(window, new Event('pagehide'));
  expect(screen.queryByText('张伟')).toBeNull();

  await ask(shown);
  await screen.findByText('张伟');
  server.on(query, () => { throw fault(Code.Unauthenticated, 'SESSION_OVER'); });
  await ask(shown);
  await waitFor(() => expect(screen.queryByText('张伟')).toBeNull());
  expect(await screen.findByText(/请先登录共享平台控制台/)).toBeTruthy();
});

test('values are verified against one record, and none is shown', async () => {
  const server = node().on(verify, ({ exchange }) => ({ exchange, answer: {
    comparisons: [{ item: 'name', comparison: Comparison.MISMATCH }],
    corrections: [{ correction: 'corrections/c2', item: '' }],
  } }));
  const shown = atNode(server);
  await fill(shown);
  await shown.user.click(screen.getByRole('radio', { name: '核验' }));
  const claims = screen.getByRole('group', { name: '需核验的内容' });
  await shown.user.selectOptions(within(claims).getByRole('combobox'), 'name');
  await shown.user.type(within(claims).getByRole('textbox'), '李四');
  await shown.user.click(screen.getByRole('button', { name: '核验' }));
  expect(await screen.findByText('不一致')).toBeTruthy();
  expect(screen.getByText('整条记录')).toBeTruthy();
  expect(server.requests(verify)[0]).toMatchObject({ caseNumber: '办件-7', verification: {
    key: [{ item: 'id_number', operator: Condition_Operator.EQUALS, value: '110101X' }],
    claims: [{ item: 'name', value: '李四' }] } });
  expect(server.requests(query)).toHaveLength(0);
});

test('a refusal says what to do, keeps what was typed, and asks again under the same exchange', async () => {
  const server = node();
  const answer = (reason: string, code: Code): FakeServer => server.on(query, () => { throw fault(code, reason); });
  const shown = atNode(server);
  await fill(shown);
  for (const [reason, words] of [['LEASE_STALE', /联系中断/], ['QUOTA_EXHAUSTED', /当日配额已用完/],
    ['MISMATCHES_EXHAUSTED', /核验不符次数已用完/]] as const) {
    answer(reason, reason === 'LEASE_STALE' ? Code.Unavailable : Code.ResourceExhausted);
    await ask(shown);
    expect(await screen.findByText(words)).toBeTruthy();
  }
  const ids = server.requests(query).map((request) => request.exchange);
  expect(new Set(ids).size).toBe(1);
  expect(screen.getByDisplayValue('办件-7')).toBeTruthy();
  await shown.user.type(screen.getByLabelText(/办件编号/), '8');
  await ask(shown);
  await waitFor(() => expect(server.requests(query)).toHaveLength(4));
  expect(server.requests(query)[3]?.exchange).not.toBe(ids[0]);
});

test('a clerk needs a case, a steward only where the grant asks for it', async () => {
  const server = node().on(listGrants, () => ({ grants: [{ ...GRANT, caseRequired: false }] }));
  for (const [roles, disabled] of [[[Role.CLERK], true], [[Role.CLERK, Role.DATA_STEWARD], false]] as const) {
    const shown = atNode(server, [...roles]);
    await fill(shown);
    await shown.user.clear(screen.getByLabelText(/办件编号/));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '查询' }).disabled).toBe(disabled);
    shown.unmount();
  }
});

test('nothing typed here is kept in a draft', async () => {
  const shown = atNode(node());
  await fill(shown);
  await ask(shown);
  await screen.findByText('张伟');
  const kept = [...Object.entries(sessionStorage), ...Object.entries(localStorage)].join(' ');
  expect(kept).not.toMatch(/110101X|办件-7|张伟/);
});

test('a mark is text, whatever a case number holds', () => {
  const mark = { person: 'people/wang', agency: TAX, time: '2026-11-24', caseNumber: '"><script>&\')' };
  expect(markText(mark)).toContain('"><script>');
  const image = decodeURIComponent(markImage(mark).replace('data:image/svg+xml,', ''));
  const parsed = new DOMParser().parseFromString(image, 'image/svg+xml');
  expect(parsed.querySelector('script')).toBeNull();
  expect(parsed.querySelector('text')?.textContent).toBe(markText(mark));
});
