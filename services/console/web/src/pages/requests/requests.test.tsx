// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Grading, Resource_State, ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { AttachmentService, type UploadAttachmentRequest } from '@/gen/shareway/sharing/v1/attachment_pb';
import { ListRequestsRequest_View as View } from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { Decision_Verdict, SharingRequest_State as State } from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { Side } from '@/gen/shareway/sharing/v1/side_pb';
import { hasText } from '@/i18n';
import { show, TAX } from '@/test/render';
import { STATES } from './RequestsPage';
import { stepOf } from './form';

const { method } = RequestService;
const B = 'agencies/11330000MB0000000B';
const ENTRY = {
  name: 'resources/306001-000001', title: '企业登记', provider: B, shareClass: ShareClass.CONDITIONAL, useCondition: '仅用于登记',
  conditions: [{ id: 'c1', text: '有法定职责' }], methods: [Method.QUERY, Method.VERIFY],
  items: [{ id: 'mc', name: '名称', grading: Grading.GENERAL }, { id: 'zjhm', name: '证件号码', grading: Grading.IMPORTANT, personal: true, sensitive: true }],
};
const ONE = {
  name: 'requests/r1', resource: ENTRY.name, consumer: TAX, provider: B, legalBasis: '第三条', scenario: '开办企业', state: State.DRAFT,
  applicant: 'people/wang', etag: 'e1', profile: 'cn-2025-809@1', availableActions: ['UpdateRequest', 'WithdrawRequest'],
  scope: { items: ['mc', 'zjhm'], maskedItems: ['zjhm'], purposes: [Purpose.ADMINISTRATIVE_BASIS], methods: [Method.QUERY], startDate: '2026-12-01',
    endDate: '2027-11-30', rowFilter: [{ item: 'mc', operator: Condition_Operator.PREFIX, value: '杭' }] },
};

function served(more: object = {}): FakeServer {
  return fakeServer()
    .on(method.listRequests, () => ({ requests: [{ ...ONE, ...more }] })).on(method.getRequest, () => ({ ...ONE, ...more }))
    .on(method.listComments, () => ({})).on(AttachmentService.method.listAttachments, () => ({}))
    .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }, { name: B, displayName: '市监局' }] }))
    .on(CatalogService.method.listResources, () => ({ resources: [{ ...ENTRY, state: Resource_State.PUBLISHED }] }))
    .on(CatalogService.method.getResource, () => ENTRY);
}
afterEach(() => sessionStorage.clear());

test('the list asks for view and state chosen, keeps them in the address and opens by the keyboard', async () => {
  const server = served();
  const { user, address } = show({ path: '/requests', roles: [Role.APPLICANT], server });
  await screen.findByRole('link', { name: 'requests/r1' });
  await user.selectOptions(screen.getByLabelText('范围'), 'MINE');
  await user.selectOptions(screen.getByLabelText('状态'), 'IN_REVIEW');
  await waitFor(() => expect(server.requests(method.listRequests).at(-1)).toMatchObject({ view: View.MINE, state: State.IN_REVIEW }));
  expect(address()).toBe('/requests?view=MINE&state=IN_REVIEW');
  await user.selectOptions(screen.getByLabelText('本部门为'), 'AS_PROVIDER');
  await user.type(screen.getByLabelText('名称、依据或场景含'), '开办');
  await waitFor(() => expect(server.requests(method.listRequests).at(-1)).toMatchObject({ side: Side.AS_PROVIDER, text: '开办', resource: '' }));
  screen.getAllByRole('row')[1]?.focus();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(address()).toBe('/requests/r1'));
});

test('who may not ask for data is offered no way to', async () => {
  show({ path: '/requests', roles: [Role.PROVIDER_REVIEWER], server: served() });
  await screen.findByRole('link', { name: 'requests/r1' });
  expect(screen.queryByRole('button', { name: '提出申请' })).toBeNull();
});

test('every state and every field of a request has its words and its step', () => {
  for (const state of STATES) expect(hasText('requests', `state.${state}`)).toBe(true);
  expect(stepOf('request.scope.items[2]')).toBe('items');
  expect(stepOf('scope.row_expression')).toBe('rows');
  expect(stepOf('request.scope.day_calls')).toBe('use');
  expect(stepOf('request.legal_basis')).toBe('basis');
  expect(stepOf('etag')).toBeUndefined();
});

test('a request is written step by step, checked and saved as it was typed', async () => {
  const server = served().on(method.createRequest, () => ONE);
  const { user, address } = show({ path: `/requests/new?resource=${encodeURIComponent(ENTRY.name)}`, roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('checkbox', { name: '证件号码 (zjhm)' }));
  await user.click(screen.getByRole('checkbox', { name: '名称 (mc)' }));
  await user.click(screen.getByRole('checkbox', { name: '证件号码 脱敏提供' }));
  await user.click(screen.getByRole('button', { name: '下一步' }));
  await user.click(await screen.findByRole('button', { name: '增加条件' }));
  await user.selectOptions(screen.getByLabelText(/^条件 1：名称|^条件 1：.*项/), 'mc');
  await user.selectOptions(screen.getByLabelText('条件 1：比较'), 'PREFIX');
  await user.type(screen.getByLabelText('条件 1：值'), '杭');
  expect(screen.getByText('名称 (mc) 以“杭”开头')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '下一步' }));
  expect(screen.queryByRole('checkbox', { name: '部门批量下载' })).toBeNull();  // not offered by the entry
  await user.click(await screen.findByRole('checkbox', { name: '行政依据' }));
  await user.click(screen.getByRole('checkbox', { name: '联机查询' }));
  await user.type(screen.getByLabelText(/^开始日期/), '2026-12-01');
  await user.type(screen.getByLabelText(/^结束日期/), '2027-11-30');
  await user.type(screen.getByLabelText(/^每日调用次数/), '500');
  await user.click(screen.getByRole('button', { name: '下一步' }));
  await user.type(await screen.findByLabelText(/^履职依据/), '第三条');
  await user.type(screen.getByLabelText(/^使用场景/), '开办企业');
  await user.click(screen.getByRole('button', { name: '下一步' }));
  expect(await screen.findByText('有法定职责')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: /检\s*查/ }));
  expect(await screen.findByText('检查通过，尚未保存。')).toBeTruthy();
  await user.click(await screen.findByRole('button', { name: /保存草稿$/ }));
  await waitFor(() => expect(address()).toBe('/requests/r1'));
  const [checked, sent] = server.requests(method.createRequest);
  expect(checked?.validateOnly).toBe(true);
  expect(sent).toMatchObject({ validateOnly: false, request: {
    resource: ENTRY.name, legalBasis: '第三条', scenario: '开办企业',
    scope: { items: ['mc', 'zjhm'], maskedItems: ['zjhm'], purposes: [Purpose.ADMINISTRATIVE_BASIS], methods: [Method.QUERY], startDate: '2026-12-01',
      endDate: '2027-11-30', dayCalls: 500n, dayRows: 0n, rowFilter: [{ item: 'mc', operator: Condition_Operator.PREFIX, value: '杭' }] } } });
  expect(sessionStorage.length).toBe(0);
});

test('a fault leads to the step of its field, and nothing typed is lost', async () => {
  const form = { resource: ENTRY.name, items: ['mc'], masked: [], filters: [], expression: 'mc = "a', purposes: ['OTHER'], methods: ['QUERY'],
    startDate: '2026-12-01', endDate: '2027-11-30', dayCalls: '', dayRows: '', dayBytes: '', legalBasis: '第三条', scenario: '开办' };
  sessionStorage.setItem(`shareway.draft people/wang /requests/new request ${ENTRY.name}`, JSON.stringify(form));
  const server = served().on(method.createRequest, () => {
    throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'request.scope.row_expression', rule: 'a text does not end' }] });
  });
  const { user, address } = show({ path: `/requests/new?resource=${encodeURIComponent(ENTRY.name)}&step=review`, roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('button', { name: '保存草稿' }));
  expect((await screen.findAllByText('a text does not end')).length).toBeGreaterThan(0);
  expect(address()).toContain('step=rows');
  expect((await screen.findByLabelText<HTMLTextAreaElement>('表达式')).value).toBe('mc = "a');
});

test('what is left out is told, and cannot be sent', async () => {
  show({ path: `/requests/new?resource=${encodeURIComponent(ENTRY.name)}&step=review`, roles: [Role.APPLICANT], server: served() });
  expect((await screen.findByText(/还有未填完的步骤/)).textContent).toContain('用途与期限');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '保存草稿' }).disabled).toBe(true);
});

test('an expression is put together from items, and quotes are kept out of the way', async () => {
  const { user } = show({ path: `/requests/new?resource=${encodeURIComponent(ENTRY.name)}&step=rows`, roles: [Role.APPLICANT], server: served() });
  await screen.findByRole('link', { name: '企业登记' });
  const group = within(screen.getByRole('group', { name: '表达式（进一步缩小）' }));
  await user.selectOptions(group.getByLabelText(/项$/), 'mc');
  await user.type(group.getByLabelText('值'), 'a"b');
  await user.click(group.getByRole('button', { name: '加入表达式' }));
  expect(group.getByLabelText<HTMLTextAreaElement>('表达式').value).toBe('mc = "a\\"b"');
  await user.selectOptions(group.getByLabelText('与前面的关系'), 'or');
  await user.selectOptions(group.getByLabelText('比较'), 'is null');
  await user.click(group.getByRole('button', { name: '加入表达式' }));
  expect(group.getByLabelText<HTMLTextAreaElement>('表达式').value).toBe('(mc = "a\\"b") or mc is null');
});

test('a draft is changed at the etag that was read', async () => {
  const server = served().on(method.updateRequest, () => ONE);
  const { user, address } = show({ path: '/requests/r1/edit?step=basis', roles: [Role.APPLICANT], server });
  const scenario = await screen.findByLabelText(/^使用场景/);
  await user.type(scenario, '二');
  await user.click(screen.getByRole('button', { name: '下一步' }));
  await user.click(await screen.findByRole('button', { name: /保存修改$/ }));
  await waitFor(() => expect(address()).toBe('/requests/r1'));
  expect(server.requests(method.updateRequest)[0]?.request).toMatchObject({ name: 'requests/r1', etag: 'e1', scenario: '开办企业二',
    scope: { items: ['mc', 'zjhm'], maskedItems: ['zjhm'] } });
});

test('the page tells what is asked, what was answered and what happened', async () => {
  const server = served({
    state: State.APPROVED, grant: 'grants/g1', availableActions: ['ConfirmProvisioned', 'DisputeProvisioned'],
    decision: { verdict: Decision_Verdict.APPROVE_REDUCED, cuts: [{ subject: 'zjhm', reason: '非必需' }] },
    steps: [{ action: 'SubmitRequest', actor: 'people/wang', state: State.IN_REVIEW, time: timestampFromDate(new Date('2026-11-20T02:00:00Z')) }],
  }).on(method.confirmProvisioned, () => ONE);
  const { user } = show({ path: '/requests/r1', roles: [Role.APPLICANT], server });
  expect(await screen.findByText('缩小范围同意')).toBeTruthy();
  expect(await screen.findByText('删减 证件号码')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'grants/g1' }).getAttribute('href')).toBe('/grants/g1');
  expect(screen.getByRole('link', { name: /打\s*印/ }).getAttribute('href')).toBe('/print/requests/r1?lang=zh-Hans');
  await user.click(screen.getByRole('button', { name: '确认收到数据' }));
  await waitFor(() => expect(server.requests(method.confirmProvisioned)[0]).toMatchObject({ name: 'requests/r1', etag: 'e1' }));
});

test('every point of a supplement is answered at once, and who comes too late is told by whom', async () => {
  let stale = true;
  const server = served({
    state: State.NEEDS_SUPPLEMENT, availableActions: ['SupplementRequest'],
    supplement: { dueDate: '2026-12-03', items: [{ subject: '依据', missing: '缺条款号' }, { subject: '期限', missing: '过长' }] },
    steps: [{ action: 'AskSupplement', actor: 'people/li', state: State.NEEDS_SUPPLEMENT, time: timestampFromDate(new Date('2026-11-20T02:00:00Z')) }],
  }).on(method.supplementRequest, () => {
    if (stale) throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
    return ONE;
  });
  const { user } = show({ path: '/requests/r1', roles: [Role.APPLICANT], server });
  await user.type(await screen.findByLabelText(/^依据/), '第三条');
  const send = screen.getByRole<HTMLButtonElement>('button', { name: '提交补正' });
  expect(send.disabled).toBe(true);
  await user.type(screen.getByLabelText(/^期限/), '一年');
  await user.click(send);
  expect(await screen.findByText(/people\/li/, { selector: '[role=alert] *' })).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^依据/).value).toBe('第三条');
  stale = false;
  await user.click(send);
  await waitFor(() => expect(server.requests(method.supplementRequest).at(-1)?.items).toMatchObject([
    { subject: '依据', answer: '第三条' }, { subject: '期限', answer: '一年' }]));
});

test('a head signs off, and an applicant submits', async () => {
  const server = served({ availableActions: ['SignOffRequest', 'SubmitRequest'] }).on(method.signOffRequest, () => ONE).on(method.submitRequest, () => ONE);
  const { user } = show({ path: '/requests/r1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: '签批申请' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.signOffRequest)[0]?.signedAct).toBeDefined());
  await user.click(screen.getByRole('button', { name: '提交申请' }));
  await waitFor(() => expect(server.requests(method.submitRequest)[0]).toMatchObject({ name: 'requests/r1', etag: 'e1' }));
});

test('remarks are written to all or to the own agency, and files go up in pieces with their digest', async () => {
  const sent: UploadAttachmentRequest[] = [];
  const server = served().on(method.addComment, (request) => request.comment ?? {})
    .onUpload(AttachmentService.method.uploadAttachment, (messages) => {
      sent.push(...messages);
      return { name: 'attachments/a1' };
    });
  const { user } = show({ path: '/requests/r1', roles: [Role.APPLICANT], server });
  await user.type(await screen.findByLabelText('留言'), '请尽快');
  await user.click(screen.getByRole('checkbox', { name: '仅本部门可见' }));
  await user.click(screen.getByRole('button', { name: /发\s*送/ }));
  await waitFor(() => expect(server.requests(method.addComment)[0]?.comment).toMatchObject({ request: 'requests/r1', text: '请尽快', internal: true }));
  const bytes = new Uint8Array((1 << 20) + 5);
  // jsdom's files have none.
  await user.upload(screen.getByLabelText('添加附件'), Object.assign(new File([bytes], '批文.pdf', { type: 'application/pdf' }),
    { arrayBuffer: () => Promise.resolve(bytes.buffer) }));
  await user.click(screen.getByRole('button', { name: /上\s*传/ }));
  await waitFor(() => expect(sent.length).toBe(3));
  expect(sent[0]?.part).toMatchObject({ case: 'header', value: { attachment: { subject: 'requests/r1', fileName: '批文.pdf' } } });
  expect(sent[2]?.part).toMatchObject({ case: 'chunk', value: { length: 5 } });
});
