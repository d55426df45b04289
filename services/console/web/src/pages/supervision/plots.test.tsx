// SPDX-License-Identifier: Apache-2.0
import { create } from '@bufbuild/protobuf';
import { timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { SVGRenderer } from 'echarts/renderers';
import type { EChartsCoreOption } from 'echarts/core';
import { expect, test, vi } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { StaleResourceSchema } from '@/gen/shareway/catalog/v1/freshness_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { SharingRequest_State as State, SharingRequestSchema, Supply_State } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { Finding_State } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { show, TAX } from '@/test/render';
import { answersOf, binOf, funnelOf, pairsOf, staleOf, submittedIn, topOf } from './figures';

// Plots are drawn as SVG in memory, by the parts and the preparation that pages have.
// Texts are measured by estimate, since jsdom has no canvas.
HTMLCanvasElement.prototype.getContext = () => null;
const drawn = vi.hoisted(() => [] as string[]);
vi.mock('echarts/core', async (original) => {
  const whole = await original<typeof import('echarts/core')>();
  whole.use([SVGRenderer]);
  return { ...whole, init: () => ({
    setOption: (option: EChartsCoreOption) => {
      const chart = whole.init(null, null, { renderer: 'svg', ssr: true, width: 800, height: 320 });
      chart.setOption(option);
      drawn.push(chart.renderToSVGString());
      chart.dispose();
    },
    resize: () => {}, dispose: () => {},
  }) };
});

const B = 'agencies/11330000MB0000000B';
const C = 'agencies/11330000MB0000000C';
const at = (text: string): Timestamp => timestampFromDate(new Date(text));
const request = (more: Parameters<typeof create<typeof SharingRequestSchema>>[1]) => create(SharingRequestSchema, { provider: TAX, consumer: B, ...more });
const REQUESTS = [
  // Decided at 23:30 in Shanghai on the last day: in time, on the last day.
  request({ state: State.APPROVED, submitTime: at('2026-11-02T01:00:00Z'), decideTime: at('2026-11-16T15:30:00Z'), dueDate: '2026-11-16', supply: { state: Supply_State.CONFIRMED } }),
  // Half an hour later it is the next day.
  request({ state: State.REFUSED, submitTime: at('2026-11-02T01:00:00Z'), decideTime: at('2026-11-16T16:30:00Z'), dueDate: '2026-11-16' }),
  request({ consumer: C, state: State.APPROVED, submitTime: at('2026-11-03T01:00:00Z'), decideTime: at('2026-11-03T02:00:00Z'), dueDate: '2026-11-17', supply: { state: Supply_State.DISPUTED } }),
  request({ consumer: C, state: State.IN_REVIEW, submitTime: at('2026-11-20T01:00:00Z'), dueDate: '2026-12-04' }),
  request({ state: State.WITHDRAWN, submitTime: at('2026-11-20T01:00:00Z'), decideTime: at('2026-11-21T01:00:00Z'), dueDate: '2026-12-04' }),
  request({ state: State.DRAFT }),
];

test('pairs are counted, most first, and drafts are of no period', () => {
  const within = submittedIn(REQUESTS, '', '');
  expect(within).toHaveLength(5);
  expect(pairsOf(within)).toEqual([{ provider: TAX, consumer: B, count: 3 }, { provider: TAX, consumer: C, count: 2 }]);
  expect(topOf(pairsOf(within), 'consumer', 1)).toEqual([B]);
  expect(topOf(pairsOf(within), 'provider', 5)).toEqual([TAX]);
  expect(submittedIn(REQUESTS, '2026-11-03', '2026-11-19')).toHaveLength(1);
});

test('the funnel narrows from submission to confirmed supply', () => {
  expect(funnelOf(submittedIn(REQUESTS, '', ''))).toEqual({ submitted: 5, answered: 3, approved: 2, supplied: 1 });
});

test('answers lie before, on and after the last day, by days in Shanghai; what was not answered is not counted', () => {
  const { bins, count, median } = answersOf(REQUESTS);
  expect(bins).toEqual({ early15: 0, early8: 1, early4: 0, early1: 0, last: 1, late1: 1, late4: 0, late8: 0 });
  expect(count).toBe(3);
  expect(median).toBe(14);
  expect(answersOf([])).toMatchObject({ count: 0, median: undefined });
  expect([15, 14, 8, 7, 4, 3, 1, 0, -1, -3, -4, -7, -8].map(binOf)).toEqual(
    ['early15', 'early8', 'early8', 'early4', 'early4', 'early1', 'early1', 'last', 'late1', 'late1', 'late4', 'late4', 'late8']);
});

test('stale entries are summed by provider', () => {
  const stale = (provider: string, days: number, reminders: number) =>
    create(StaleResourceSchema, { freshness: { provider, staleReminders: reminders }, workingDaysLate: days });
  expect(staleOf([stale(TAX, 2, 0), stale(B, 9, 1), stale(TAX, 5, 2)])).toEqual([
    { provider: TAX, count: 2, longest: 5, reminders: 2 }, { provider: B, count: 1, longest: 9, reminders: 1 }]);
});

function overview(): FakeServer {
  return fakeServer()
    .on(RequestService.method.listRequests, ({ pageToken }) => (pageToken === '' ? { requests: REQUESTS.slice(0, 4), nextPageToken: 'p' } : { requests: REQUESTS.slice(4) }))
    .on(GrantService.method.listGrants, () => ({ grants: [{ name: 'grants/g1', provider: B, consumer: C }] }))
    .on(CatalogService.method.listStale, () => ({ resources: [{ title: '企业', workingDaysLate: 4, freshness: { provider: B, staleReminders: 2 } }] }))
    .on(SupervisionService.method.listClocks, () => ({ clocks: [{ subject: 'requests/r1' }], nextPageToken: 'more' }))
    .on(SupervisionService.method.listFindings, ({ state }) => ({ findings: state === Finding_State.PREWARNING ? [{ name: 'findings/f1' }, { name: 'findings/f2' }] : [] }));
}
const officer = { roles: [Role.SHARING_AUTHORITY] };

test('the overview reads on by itself and gives each plot as a table', async () => {
  const { user, address } = show({ ...officer, path: '/supervision', server: overview() });
  const funnel = await screen.findByRole('table', { name: '申请办理漏斗' });
  await waitFor(() => expect(within(funnel).getByRole('row', { name: '已提交 5' })).toBeTruthy());
  expect(within(funnel).getByRole('row', { name: '已确认提供 1' })).toBeTruthy();
  expect(within(screen.getByRole('table', { name: '答复与法定期限的距离' })).getByRole('row', { name: '截止日当天 1' })).toBeTruthy();
  expect(screen.getByText(/中位数为 14 天/)).toBeTruthy();
  const heat = screen.getByRole('table', { name: '提供部门与需求部门' });
  await waitFor(() => expect(within(heat).getByRole('row', { name: '部门 A 部门 B 3' })).toBeTruthy());
  expect(await screen.findByRole('row', { name: '部门 B 1 4 2' })).toBeTruthy();
  expect(screen.getByRole('link', { name: /已逾期的期限/ }).textContent).toContain('1+');
  expect(screen.getByRole('link', { name: /预警/ }).getAttribute('href')).toBe('/findings?state=PREWARNING');
  await user.selectOptions(screen.getByLabelText('共享关系按'), '共享授权');
  expect(await screen.findByRole('row', { name: '部门 B 部门 C 1' })).toBeTruthy();
  expect(address()).toBe('/supervision?of=GRANTS');
  await user.type(screen.getByLabelText('提交日起'), '2026-11-20');
  await waitFor(() => expect(within(funnel).getByRole('row', { name: '已提交 2' })).toBeTruthy());
});

test('each plot can be drawn, with its numbers and the last day', async () => {
  show({ ...officer, path: '/supervision', server: overview() });
  await screen.findByRole('table', { name: '未按周期更新的目录（按部门）' });
  const text = (): string => drawn.join(' ');
  await waitFor(() => {
    expect(text()).toContain('已提交: 5');
    expect(text()).toContain('截止日当天');
    expect(text()).toContain('法定期限');
    expect(drawn.some((svg) => svg.includes('部门 B') && svg.includes('部门 A') && svg.includes('>3<'))).toBe(true);
    expect(drawn.some((svg) => svg.includes('部门 B') && svg.includes('>1<'))).toBe(true);
  });
  // None was given up: a plot that cannot be drawn is replaced by its table alone.
  expect([...document.querySelectorAll('.sw-plot')].some((plot) => (plot as HTMLElement).hidden)).toBe(false);
});

test('a list that is refused leaves the other plots', async () => {
  const server = overview().on(CatalogService.method.listStale, () => { throw fault(Code.Unavailable, 'CATALOG_AWAY', { localized: '目录服务暂不可用' }); });
  show({ ...officer, path: '/supervision', server });
  expect(await screen.findByText('目录服务暂不可用')).toBeTruthy();
  expect(await screen.findByRole('table', { name: '申请办理漏斗' })).toBeTruthy();
});

test('whoever has no part in supervision sees no overview', async () => {
  show({ roles: [Role.CLERK], path: '/supervision', server: overview() });
  await screen.findByRole('heading', { level: 1 });
  expect(screen.queryByRole('table', { name: '申请办理漏斗' })).toBeNull();
});
