// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { ConfirmFindingRequestSchema, Finding_State, JustifyFindingRequestSchema } from '@/gen/shareway/sharing/v1/finding_pb';
import { Clock_State, SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { setLocale } from '@/i18n';
import { NotSigned } from '@/session/signer';
import { show, TAX } from '@/test/render';

const { method } = SupervisionService;
const FINDING = {
  name: 'findings/f1', state: Finding_State.SUSPECTED, about: TAX, agency: TAX, detector: 'r25-39-4', article: 'cn-2025-809@1 R25 第三十九条第四项',
  summary: '申请逾期未答复', subject: 'requests/r7', etag: 'e1', competent: 'authorities/city', dueDate: '2026-11-20', profile: 'cn-2025-809@1',
  evidence: [{ object: 'requests/r7', note: '截止日已过' }, { object: '', note: '电话记录' }, { object: 'javascript:alert(1)', note: '' }],
};

function supervision(more: object = {}): FakeServer {
  return fakeServer()
    .on(method.listClocks, ({ overdue }) => ({ clocks: [
      { subject: 'requests/r1', kind: 'REPLY_CONDITIONAL', debtor: TAX, dueDate: '2026-11-20', overdue: true, state: Clock_State.RUNNING, workingDaysLeft: -1, article: 'R25 第二十条' },
      ...(overdue ? [] : [
        { subject: 'requests/r2', kind: 'SUPPLY', debtor: TAX, dueDate: '2026-11-24', state: Clock_State.RUNNING, workingDaysLeft: 1 },
        { subject: 'disputes/d3', kind: 'LATER_ONE', debtor: 'authorities/city', dueDate: '2026-12-30', state: Clock_State.RUNNING, workingDaysLeft: 20, provisional: true },
        { subject: 'requests/r4', kind: 'SUPPLY', debtor: TAX, dueDate: '2026-11-10', state: Clock_State.STOPPED, overdue: true },
        { subject: 'requests/r5', kind: 'SUPPLY', debtor: TAX, dueDate: '2026-11-12', state: Clock_State.STOPPED },
      ])] }))
    .on(method.listFindings, () => ({ findings: [FINDING, { ...FINDING, name: 'findings/f2', state: Finding_State.PREWARNING, summary: '期限将满' }] }))
    .on(method.getFinding, () => ({ ...FINDING, ...more }))
    .on(method.listDetectors, () => ({ detectors: [
      { id: 'r25-39-4', text: 'R25', article: 'R25 第三十九条第四项', liable: 'PROVIDER', title: '按时答复申请', queries: ['REPLY_CONDITIONAL', 'STALE_DATA'] },
      { id: 'm16-24-1', text: 'M16', article: 'M16 第二十四条第一项', liable: 'AUTHORITY', title: '编制目录', queries: ['REPORTED'] }] }));
}
const head = { roles: [Role.SHARING_HEAD] };

test('clocks are shown as the service counts them, and views are in the address', async () => {
  const server = supervision();
  const { user, address } = show({ ...head, path: '/clocks', server });
  expect(await screen.findByRole('link', { name: 'requests/r1' })).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'requests/r4' })).toBeNull();
  expect(screen.getByText(/已超期 1 个工作日/)).toBeTruthy();
  expect(screen.getAllByText('LATER_ONE').length).toBeGreaterThan(0);
  await user.selectOptions(screen.getByLabelText('范围'), '两个工作日内到期');
  expect(screen.queryByRole('link', { name: 'requests/r1' })).toBeNull();
  expect(screen.getByRole('link', { name: 'requests/r2' })).toBeTruthy();
  await user.selectOptions(screen.getByLabelText('范围'), '已办结');
  expect(within(screen.getByRole('row', { name: /requests\/r4/ })).getByText(/逾期办结/)).toBeTruthy();
  expect(within(screen.getByRole('row', { name: /requests\/r5/ })).queryByText(/逾期办结/)).toBeNull();
  await user.selectOptions(screen.getByLabelText('范围'), '已逾期');
  expect(address()).toBe('/clocks?view=OVERDUE');
  await waitFor(() => expect(server.requests(method.listClocks).at(-1)?.overdue).toBe(true));
});

test('a view reads on until it has something to show', async () => {
  const server = supervision().on(method.listClocks, ({ pageToken }) => (pageToken === '2'
    ? { clocks: [{ subject: 'requests/r9', kind: 'SUPPLY', debtor: TAX, dueDate: '2026-12-01', state: Clock_State.RUNNING, workingDaysLeft: 5 }] }
    : { clocks: [{ subject: `requests/old${pageToken}`, kind: 'SUPPLY', debtor: TAX, dueDate: '2020-01-02', state: Clock_State.STOPPED }], nextPageToken: pageToken === '' ? '1' : '2' }));
  show({ ...head, path: '/clocks', server });
  expect(await screen.findByRole('link', { name: 'requests/r9' })).toBeTruthy();
  expect(server.requests(method.listClocks).map(({ pageToken }) => pageToken)).toEqual(['', '1', '2']);
});

test('Enter on a row opens what the clock counts for', async () => {
  const { user, address } = show({ ...head, path: '/clocks', server: supervision() });
  (await screen.findByRole('link', { name: 'requests/r1' })).closest('tr')?.focus();
  await user.keyboard('j{Enter}');
  await waitFor(() => expect(address()).toBe('/requests/r2'));
});

test('findings are amber or red by sign and word, and never judged before they are confirmed', async () => {
  const server = supervision();
  const { user, address, container } = show({ ...head, path: '/findings', server });
  const warned = await screen.findByRole('row', { name: /期限将满/ });
  expect(within(warned).getByText('预警').closest('.sw-status')?.className).toContain('warn');
  expect(within(screen.getByRole('row', { name: /逾期未答复/ })).getByText('疑似问题线索').closest('.sw-status')?.className).toContain('bad');
  expect(container.textContent).not.toMatch(/违法|违规/);
  await user.selectOptions(screen.getByLabelText('状态'), '疑似问题线索');
  expect(address()).toBe('/findings?state=SUSPECTED');
  await waitFor(() => expect(server.requests(method.listFindings).at(-1)?.state).toBe(Finding_State.SUSPECTED));
});

test('a finding tells what shows it; only names of objects are links', async () => {
  show({ ...head, path: '/findings/f1', server: supervision() });
  const proofs = await screen.findByRole('list', { name: '佐证' });
  expect(within(proofs).getByRole('link', { name: 'requests/r7' })).toBeTruthy();
  expect(within(proofs).getByText('javascript:alert(1)').closest('a')).toBeNull();
  expect(screen.queryByRole('button', { name: '确认问题' })).toBeNull();
  expect(screen.queryByRole('heading', { name: '可办理的事项' })).toBeNull();
});

test('the head gives a reason with evidence, as a signed act; the draft is kept until then', async () => {
  const server = supervision({ availableActions: ['JustifyFinding'] })
    .on(method.justifyFinding, () => ({ ...FINDING, state: Finding_State.JUSTIFIED }));
  const first = show({ ...head, path: '/findings/f1', server });
  await first.user.type(await screen.findByLabelText(/正当理由/), '系统迁移');
  first.unmount();
  const { user } = show({ ...head, path: '/findings/f1', server });
  expect(((await screen.findByLabelText(/正当理由/)) as HTMLTextAreaElement).value).toBe('系统迁移');
  await user.type(screen.getByLabelText('说明'), '迁移公告');
  await user.click(screen.getByRole('button', { name: '添加一条' }));
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  await waitFor(() => expect(server.requests(method.justifyFinding)).toHaveLength(1));
  const signed = server.requests(method.justifyFinding)[0]?.signedAct?.act ?? new Uint8Array();
  expect(fromBinary(JustifyFindingRequestSchema, fromBinary(ActSchema, signed).request)).toMatchObject(
    { name: 'findings/f1', etag: 'e1', justification: '系统迁移', evidence: [{ note: '迁移公告', object: '' }] });
  await waitFor(() => expect((screen.getByLabelText(/正当理由/) as HTMLTextAreaElement).value).toBe(''));
});

test('an act that was not signed files nothing and keeps what was typed', async () => {
  const server = supervision({ availableActions: ['JustifyFinding'] });
  const { user } = show({ ...head, path: '/findings/f1', server, signer: () => Promise.reject(new NotSigned('declined')) });
  await user.type(await screen.findByLabelText(/正当理由/), '系统迁移');
  await user.click(screen.getByRole('button', { name: '签名提交' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect((screen.getByLabelText(/正当理由/) as HTMLTextAreaElement).value).toBe('系统迁移');
  expect(server.requests(method.justifyFinding)).toHaveLength(0);
});

test('an officer confirms with reasons, as a signed act, and learns who was first', async () => {
  let state = Finding_State.SUSPECTED;
  const actions = ['ConfirmFinding', 'DismissFinding'];
  const server = supervision()
    .on(method.getFinding, () => ({ ...FINDING, state, availableActions: actions, 
      stateTime: { seconds: state === Finding_State.SUSPECTED ? 1_794_000_000n : 1_795_000_000n } }))
    .on(method.confirmFinding, () => {
      state = Finding_State.DISMISSED;
      throw fault(Code.Aborted, 'CHANGED_MEANWHILE', { localized: '已被他人修改' });
    });
  const { user } = show({ roles: [Role.SHARING_AUTHORITY], path: '/findings/f1', server });
  await user.click(await screen.findByRole('button', { name: '确认问题' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText(/认定理由/), '事实清楚');
  await user.click(within(dialog).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.confirmFinding)).toHaveLength(1));
  const signed = server.requests(method.confirmFinding)[0]?.signedAct?.act ?? new Uint8Array();
  expect(fromBinary(ConfirmFindingRequestSchema, fromBinary(ActSchema, signed).request))
    .toMatchObject({ name: 'findings/f1', etag: 'e1', reasons: '事实清楚' });
  // The page still shows the finding as it was: who was first is told when it was read again.
  expect((await within(dialog).findByRole('alert')).textContent).not.toContain('authorities/city');
  await user.click(within(dialog).getByRole('button', { name: '读取新内容' }));
  await waitFor(() => expect(within(dialog).getByRole('alert').textContent).toContain('authorities/city'));
  expect((within(dialog).getByLabelText(/认定理由/) as HTMLTextAreaElement).value).toBe('事实清楚');
});

test('nothing without evidence can be confirmed', async () => {
  show({ roles: [Role.SHARING_AUTHORITY], path: '/findings/f1', server: supervision({ evidence: [], availableActions: ['ConfirmFinding'] }) });
  expect(await screen.findByText('没有佐证的线索不能确认。')).toBeTruthy();
  expect((screen.getByRole('button', { name: '确认问题' }) as HTMLButtonElement).disabled).toBe(true);
});

test('a finding is reported by an article, and faults stand at their fields', async () => {
  let refuse = true;
  const server = supervision().on(method.openFinding, () => {
    if (refuse) throw fault(Code.InvalidArgument, 'FIELD_INVALID', { fields: [{ field: 'evidence[0].object', rule: '名称不对' }] });
    return { name: 'findings/f9' };
  });
  const { user, address } = show({ ...head, path: `/findings/new?about=${encodeURIComponent(TAX)}&subject=requests%2Fr7`, server });
  await user.selectOptions(await screen.findByLabelText(/条款/), 'R25 第三十九条第四项 按时答复申请');
  await user.type(screen.getByLabelText(/所见情况/), '逾期未答复');
  await user.click(screen.getByRole('button', { name: '添加一条' }));
  await user.type(screen.getAllByLabelText('对象').at(-1) as HTMLElement, 'r7');
  await user.click(screen.getByRole('button', { name: '提交' }));
  // The first line is empty and not sent: the fault of line 0 belongs to the second.
  const faults = await screen.findAllByText('名称不对');
  expect(faults.length).toBeGreaterThan(0);
  expect((screen.getAllByLabelText('对象').at(-1) as HTMLElement).getAttribute('aria-invalid')).toBe('true');
  refuse = false;
  await user.click(screen.getByRole('button', { name: /提\s?交/ }));
  await waitFor(() => expect(address()).toBe('/findings/f9'));
  expect(server.requests(method.openFinding).at(-1)).toMatchObject({ about: TAX, detector: 'r25-39-4', subject: 'requests/r7', summary: '逾期未答复',
    evidence: [{ object: 'r7', note: '' }] });
});

test('detectors tell article, who answers and what is watched', async () => {
  const { user } = show({ ...head, path: '/detectors', server: supervision() });
  const row = await screen.findByRole('row', { name: /第三十九条第四项/ });
  expect(within(row).getByText('有条件共享答复')).toBeTruthy();
  expect(within(row).getByText('数据未按时更新')).toBeTruthy();
  expect(within(row).getByText('提供部门')).toBeTruthy();
  await user.selectOptions(screen.getByLabelText('依据'), '《政务信息资源共享管理暂行办法》');
  expect(screen.queryByRole('row', { name: /第三十九条第四项/ })).toBeNull();
});

test('who may not report sees no button; a stranger’s finding is not there', async () => {
  const server = supervision().on(method.getFinding, () => { throw fault(Code.NotFound, 'NOT_VISIBLE', { localized: '对象不存在或您无权查看' }); });
  const first = show({ roles: [Role.APPLICANT], path: '/findings', server });
  expect(await screen.findByRole('row', { name: /期限将满/ })).toBeTruthy();
  expect(screen.queryByRole('button', { name: '报告线索' })).toBeNull();
  first.unmount();
  show({ roles: [Role.APPLICANT], path: '/findings/f1', server });
  expect(await screen.findByText('对象不存在或您无权查看')).toBeTruthy();
});

test('pages speak English', async () => {
  await setLocale('en');
  show({ ...head, path: '/findings', server: supervision() });
  expect((await screen.findAllByText('Suspected issue')).length).toBeGreaterThan(0);
});
