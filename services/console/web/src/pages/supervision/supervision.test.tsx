// SPDX-License-Identifier: Apache-2.0
// Notices, circulars, scores and reports.
import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { Finding_State, PublishCircularRequestSchema } from '@/gen/shareway/sharing/v1/finding_pb';
import { AnswerNoticeRequestSchema, NoticeService, RejectRectificationRequestSchema } from '@/gen/shareway/sharing/v1/notice_pb';
import { PublishEvaluationRequestSchema, ReportFormat, ReportKind, SubmitAnnualReportRequestSchema } from '@/gen/shareway/sharing/v1/report_pb';
import { Notice_State, SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { lastMonth, monthOf, quarterOf, today } from './period';

const { method } = SupervisionService;
const OTHER = 'agencies/11330000MB0000000B';
const NOTICE = { name: 'notices/n1', grant: 'grants/g1', consumer: TAX, provider: OTHER, finding: '超范围使用', state: Notice_State.OPEN,
  dueDate: '2026-12-04', workingDaysLeft: 8, etag: 'e3', profile: 'cn-2025-809@1', article: 'R25 第二十七条第二款' };
const CARD = { agency: TAX, fromDate: '2026-10-01', toDate: '2026-10-31', total: 88, promisesKept: 3, promisesBroken: 1, scores: [
  { kind: 'TIMELINESS', points: 95, formula: '100 × 按时 ÷ 应办', counts: [{ key: 'acts_in_time', label: '按时办结', count: 19n }] },
  { kind: 'QUALITY', points: -1, formula: '无可评', counts: [] }] };

function supervision(more: object = {}): FakeServer {
  return fakeServer()
    .on(method.listNotices, () => ({ notices: [NOTICE, { ...NOTICE, name: 'notices/n2', consumer: OTHER, provider: TAX, finding: '未按用途使用', state: Notice_State.NOTICE_FAILED }] }))
    .on(NoticeService.method.getNotice, () => ({ ...NOTICE, ...more }))
    .on(method.listFindings, () => ({ findings: [{ name: 'findings/f1', state: Finding_State.CONFIRMED, summary: '逾期答复', about: TAX }] }))
    .on(method.listCirculars, ({ pageToken }) => (pageToken === ''
      ? { circulars: [{ name: 'circulars/c2', title: '第二期', documentNumber: '〔2026〕2号', authority: 'authorities/city', agencies: [TAX], findings: ['findings/f1'], text: '<b>正文</b>' }], nextPageToken: 'p' }
      : { circulars: [{ name: 'circulars/c1', title: '第一期', text: '第一期正文', documentNumber: '〔2026〕1号' }] }))
    .on(method.getScorecard, () => CARD)
    .on(method.listAnnualReports, () => ({ reports: [{ name: 'annual-reports/a1', agency: TAX, year: 2025, text: '年度情况', dueDate: '2026-02-28', late: true }] }))
    .on(method.listEvaluations, () => ({ evaluations: [{ name: 'evaluations/e1', authority: 'authorities/city', year: 2025, text: '总体良好', scorecards: [CARD] }] }));
}
function signedRequest<S extends DescMessage>(schema: S, requests: readonly { readonly signedAct?: SignedAct | undefined }[]): MessageShape<S> {
  return fromBinary(schema, fromBinary(ActSchema, requests[0]?.signedAct?.act ?? new Uint8Array()).request);
}
const head = { roles: [Role.SHARING_HEAD] };
const officer = { roles: [Role.SHARING_AUTHORITY] };
afterEach(() => { vi.restoreAllMocks(); });

test('notices are told apart by side and state, and Enter opens one', async () => {
  const { user, address } = show({ ...head, path: '/notices', server: supervision() });
  expect(await screen.findByRole('row', { name: /超范围使用/ })).toBeTruthy();
  await user.selectOptions(screen.getByLabelText('范围'), '要求其他部门整改的');
  expect(screen.queryByRole('row', { name: /超范围使用/ })).toBeNull();
  const row = screen.getByRole('row', { name: /未按用途使用/ });
  expect(within(row).getByText('逾期未整改')).toBeTruthy();
  expect(address()).toBe('/notices?side=OTHER');
  row.focus();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(address()).toBe('/notices/n2'));
});

test('the consumer’s head answers a notice as a signed act', async () => {
  const server = supervision({ availableActions: ['AnswerNotice'] })
    .on(NoticeService.method.answerNotice, () => ({ ...NOTICE, state: Notice_State.ANSWERED }));
  const { user } = show({ ...head, path: '/notices/n1', server });
  expect(await screen.findByText(/剩余 8|还剩 8|8 个工作日/)).toBeTruthy();
  await user.type(screen.getByLabelText(/整改措施/), '已停用');
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  await waitFor(() => expect(server.requests(NoticeService.method.answerNotice)).toHaveLength(1));
  expect(signedRequest(AnswerNoticeRequestSchema, server.requests(NoticeService.method.answerNotice)))
    .toMatchObject({ name: 'notices/n1', etag: 'e3', measures: '已停用' });
  expect(screen.queryByRole('button', { name: '整改通过' })).toBeNull();
});

test('who opened a notice rejects the answer with a reason; a conflict tells its state and keeps the reason', async () => {
  let state = Notice_State.ANSWERED;
  const server = supervision()
    .on(NoticeService.method.getNotice, () => ({ ...NOTICE, state, measures: '已停用', availableActions: ['AcceptRectification', 'RejectRectification'] }))
    .on(NoticeService.method.rejectRectification, () => {
      state = Notice_State.RECTIFIED;
      throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
    });
  const { user } = show({ ...officer, path: '/notices/n1', server });
  await user.click(await screen.findByRole('button', { name: '整改不通过' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText(/仍存在的问题/), '日志未删');
  await user.click(within(dialog).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(NoticeService.method.rejectRectification)).toHaveLength(1));
  expect(signedRequest(RejectRectificationRequestSchema, server.requests(NoticeService.method.rejectRectification)))
    .toMatchObject({ name: 'notices/n1', etag: 'e3', reason: '日志未删' });
  expect(await within(dialog).findByRole('alert')).toBeTruthy();
  expect((within(dialog).getByLabelText(/仍存在的问题/) as HTMLTextAreaElement).value).toBe('日志未删');
});

test('a circular is found by its name on a later page, and is text', async () => {
  show({ ...head, path: '/circulars/c1', server: supervision() });
  expect(await screen.findByText('第一期正文')).toBeTruthy();
  expect(screen.getByRole('heading', { level: 1, name: '第一期' })).toBeTruthy();
});

test('a circular that is not there is told once all was read', async () => {
  const { container } = show({ ...head, path: '/circulars/none', server: supervision() });
  expect(await screen.findByText('没有这一份，或您无权查看。')).toBeTruthy();
  expect(container.querySelector('b')).toBeNull();
});

test('the authority publishes a circular over confirmed findings alone', async () => {
  const server = supervision().on(method.publishCircular, () => ({ name: 'circulars/c1' }));
  const { user, address } = show({ ...officer, path: '/circulars/new', server });
  await user.type(await screen.findByLabelText(/标题/), '第三期');
  await user.type(screen.getByLabelText(/文号/), '〔2026〕3号');
  await user.type(screen.getByLabelText(/正文/), '情况如下');
  expect((screen.getByRole('button', { name: '签名提交' }) as HTMLButtonElement).disabled).toBe(true);
  await user.click(await screen.findByRole('checkbox', { name: /findings\/f1/ }));
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  await waitFor(() => expect(address()).toBe('/circulars/c1'));
  expect(server.requests(method.listFindings)[0]?.state).toBe(Finding_State.CONFIRMED);
  expect(signedRequest(PublishCircularRequestSchema, server.requests(method.publishCircular)))
    .toMatchObject({ title: '第三期', documentNumber: '〔2026〕3号', text: '情况如下', findings: ['findings/f1'] });
});

test('a scorecard tells counts and formulas, and where nothing can be judged', async () => {
  const server = supervision();
  const { user } = show({ ...head, path: '/scorecards', server });
  expect(await screen.findByRole('heading', { name: '及时: 95' })).toBeTruthy();
  expect(screen.getByRole('heading', { name: '质量: 无可评' })).toBeTruthy();
  expect(screen.getByText('100 × 按时 ÷ 应办')).toBeTruthy();
  const { year, month } = lastMonth(new Date());
  expect(server.requests(method.getScorecard)[0]).toMatchObject({ agency: TAX, fromDate: monthOf(year, month).from, toDate: monthOf(year, month).to });
  const plotted = screen.getByRole('table', { name: '各项得分' });
  expect(within(plotted).queryByRole('row', { name: /质量/ })).toBeNull();
  const asked = server.requests(method.getScorecard).length;
  await user.clear(screen.getByLabelText(/起始日/));
  await user.type(screen.getByLabelText(/起始日/), '2099-01-01');
  expect(screen.getByText(/截止日早于起始日/)).toBeTruthy();
  expect(server.requests(method.getScorecard)).toHaveLength(asked);
});

test('a report is made for its part of the year and saved as it came', async () => {
  const names: string[] = [];
  URL.createObjectURL = () => 'blob:1';
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) { names.push(this.download); });
  let running = true;
  const server = supervision().on(method.generateReport, () => {
    if (running) throw fault(Code.FailedPrecondition, 'DEADLINE_RUNNING', { localized: '期间尚未届满' });
    return { fileName: 'bulletin-2026-q3.xlsx', mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', content: new Uint8Array(2048) };
  });
  const { user, address } = show({ ...officer, path: '/reports?year=2026', server });
  await user.selectOptions(await screen.findByLabelText('报表'), '季度通报');
  await user.selectOptions(screen.getByLabelText('季度'), '3');
  await user.selectOptions(screen.getByLabelText('格式'), '表格（Excel）');
  expect(screen.getByText(/2026年7月1日.*2026年9月30日/)).toBeTruthy();
  expect(address()).toBe('/reports?year=2026&kind=QUARTERLY_BULLETIN&quarter=3&format=XLSX');
  await user.click(screen.getByRole('button', { name: '生成并保存' }));
  expect(await screen.findByText('期间尚未届满')).toBeTruthy();
  running = false;
  await user.click(screen.getByRole('button', { name: /生成并保存/ }));
  expect(await screen.findByText(/已保存 bulletin-2026-q3.xlsx/)).toBeTruthy();
  expect(names).toEqual(['bulletin-2026-q3.xlsx']);
  expect(server.requests(method.generateReport).at(-1)).toMatchObject(
    { kind: ReportKind.QUARTERLY_BULLETIN, format: ReportFormat.XLSX, year: 2026, part: 3 });
});

test('an annual report is read by its name, and submitted by the department’s head', async () => {
  const first = show({ ...head, path: '/annual-reports/a1', server: supervision() });
  expect(await screen.findByText('年度情况')).toBeTruthy();
  expect(screen.getByText('逾期提交')).toBeTruthy();
  first.unmount();
  const server = supervision().on(method.submitAnnualReport, () => ({ name: 'annual-reports/a2' }));
  const { user } = show({ roles: [Role.DEPARTMENT_HEAD], path: '/annual-reports', server });
  await user.type(await screen.findByLabelText(/正文/), '本年情况');
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  await waitFor(() => expect(server.requests(method.submitAnnualReport)).toHaveLength(1));
  expect(signedRequest(SubmitAnnualReportRequestSchema, server.requests(method.submitAnnualReport)))
    .toMatchObject({ text: '本年情况', year: today(new Date()).year - 1 });
});

test('an evaluation shows the scores as they were; the authority publishes one', async () => {
  const first = show({ ...head, path: '/evaluations/e1', server: supervision() });
  const scores = await screen.findByRole('table', { name: /当时的评分/ });
  expect(within(scores).getByText('88')).toBeTruthy();
  expect(within(scores).getAllByText('无可评').length).toBe(1);
  first.unmount();
  const server = supervision().on(method.publishEvaluation, () => { throw fault(Code.AlreadyExists, 'ALREADY_EXISTS', { localized: '该年度已有评估' }); });
  const { user } = show({ ...officer, path: '/evaluations', server });
  const year = await screen.findByLabelText(/所报年份/);
  await user.clear(year);
  await user.type(year, '2025');
  await user.type(screen.getByLabelText(/评估意见/), '总体良好');
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  expect(await screen.findByText('该年度已有评估')).toBeTruthy();
  expect(signedRequest(PublishEvaluationRequestSchema, server.requests(method.publishEvaluation))).toMatchObject({ year: 2025, text: '总体良好' });
  expect((screen.getByLabelText(/评估意见/) as HTMLTextAreaElement).value).toBe('总体良好');
});

test('who may not sees no button and no page', async () => {
  const first = show({ roles: [Role.APPLICANT], path: '/circulars', server: supervision() });
  expect(await screen.findByRole('link', { name: '第二期' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: '发布通报' })).toBeNull();
  expect(screen.queryByRole('link', { name: '统计报表' })).toBeNull();
  first.unmount();
  const server = supervision();
  show({ roles: [Role.APPLICANT], path: '/reports', server });
  await screen.findByRole('heading', { level: 1 });
  expect(screen.queryByRole('button', { name: '生成并保存' })).toBeNull();
});

test('periods end on their months’ last days', () => {
  expect(monthOf(2028, 2)).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  expect(quarterOf(2026, 4)).toEqual({ from: '2026-10-01', to: '2026-12-31' });
  // At 20:00 UTC on the last of December it is January in Shanghai, and the month before is December.
  expect(lastMonth(new Date('2026-12-31T20:00:00Z'))).toEqual({ year: 2026, month: 12 });
});

test('pages speak English', async () => {
  await setLocale('en');
  show({ ...head, path: '/notices/n1', server: supervision() });
  expect(await screen.findByText('What was found')).toBeTruthy();
});
