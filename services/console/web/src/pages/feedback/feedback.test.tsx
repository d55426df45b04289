// SPDX-License-Identifier: Apache-2.0
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import {
  Complaint_Kind, Complaint_Outcome, Complaint_State, FeedbackService, Inquiry_State,
} from '@/gen/shareway/sharing/v1/feedback_pb';
import { hasText, setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';

const { method } = FeedbackService;
const B = 'agencies/11330000MB0000000B';
const ASKED = { name: 'inquiries/i1', resource: 'resources/1', consumer: B, provider: TAX, question: '多久更新一次', state: Inquiry_State.OPEN,
  dueDate: '2026-11-27', dataDate: '2026-11-01', etag: 'e1', profile: 'cn-2025-809@1' };
const COMPLAINT = { name: 'complaints/c1', kind: Complaint_Kind.DUPLICATE_COLLECTION, consumer: B, provider: TAX, fileNumber: '〔2026〕7号',
  text: '已共享的证照仍要求提交', state: Complaint_State.TAKEN_IN, etag: 'e2', profile: 'cn-2025-809@1', collectionCheck: 'collectionChecks/k1' };
const late = (): never => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); };

function served(inquiry: object = {}, complaint: object = {}): FakeServer {
  return fakeServer()
    .on(method.listInquiries, () => ({ inquiries: [{ ...ASKED, ...inquiry }] })).on(method.getInquiry, () => ({ ...ASKED, ...inquiry }))
    .on(method.listComplaints, () => ({ complaints: [COMPLAINT] })).on(method.getComplaint, () => ({ ...COMPLAINT, ...complaint }))
    .on(method.listRatings, () => ({ ratings: [{ name: 'ratings/r1', grant: 'grants/g1', consumer: TAX, provider: B, stars: 4, text: '及时' }] }))
    .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }] }))
    .on(CatalogService.method.listResources, () => ({ resources: [{ name: 'resources/1', title: '企业登记' }] }));
}

afterEach(() => sessionStorage.clear());

test('inquiries are listed with their time as the service tells it', async () => {
  const server = served({ overdue: true });
  const { user, address } = show({ path: '/inquiries', roles: [Role.CLERK], server });
  expect((await screen.findByRole('link', { name: '多久更新一次' })).getAttribute('href')).toBe('/inquiries/i1');
  expect(screen.getByText(/截止 2026年11月27日/).textContent).toMatch(/超期|逾期/);
  await user.selectOptions(screen.getByLabelText('状态'), 'ANSWERED');
  await waitFor(() => expect(server.requests(method.listInquiries).at(-1)?.state).toBe(Inquiry_State.ANSWERED));
  expect(address()).toBe('/inquiries?state=ANSWERED');
  expect(screen.getByRole('button', { name: '提出咨询' })).toBeTruthy();
});

test('an answer that came late says so, and a reviewer is not offered to ask', async () => {
  show({ path: '/inquiries', roles: [Role.PROVIDER_REVIEWER], server: served({ overdue: true, state: Inquiry_State.ANSWERED }) });
  expect(await screen.findByText('逾期答复')).toBeTruthy();
  expect(screen.queryByRole('button', { name: '提出咨询' })).toBeNull();
});

test('an inquiry is opened about an entry; a fault shows at its field and what was typed stays', async () => {
  let bad = true;
  const server = served().on(method.openInquiry, () => {
    if (bad) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'resource', rule: "is your own agency's" }] });
    return ASKED;
  });
  const { user, address, unmount } = show({ path: '/inquiries/new?resource=resources/1', roles: [Role.APPLICANT], server });
  await user.type(await screen.findByLabelText(/^问题/), '多久更新一次');
  await user.click(screen.getByRole('button', { name: /提\s*交/ }));
  expect((await screen.findAllByText("is your own agency's")).length).toBeGreaterThan(0);
  unmount();
  bad = false;
  const again = show({ path: '/inquiries/new', roles: [Role.APPLICANT], server });
  expect((await screen.findByLabelText<HTMLTextAreaElement>(/^问题/)).value).toBe('多久更新一次');
  await again.user.click(screen.getByRole('button', { name: /提\s*交/ }));
  await waitFor(() => expect(again.address()).toBe('/inquiries/i1'));
  expect(address()).toContain('/inquiries/new');
  expect(server.requests(method.openInquiry)[1]).toMatchObject({ resource: 'resources/1', question: '多久更新一次' });
});

test('the agency asked answers; a change meanwhile keeps the answer typed', async () => {
  const server = served({ availableActions: ['AnswerInquiry'] }).on(method.answerInquiry, late);
  const { user } = show({ path: '/inquiries/i1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.type(await screen.findByLabelText(/^答复/), '每日更新');
  await user.click(screen.getByRole('button', { name: /答\s*复/ }));
  expect(await screen.findByText('该对象已被他人修改。')).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^答复/).value).toBe('每日更新');
  server.on(method.answerInquiry, () => ASKED);
  await user.click(screen.getByRole('button', { name: /答\s*复/ }));
  await waitFor(() => expect(server.requests(method.answerInquiry)[1]).toMatchObject({ name: 'inquiries/i1', etag: 'e1', answer: '每日更新' }));
});

test('the head consents to the longer time with a reason, once', async () => {
  const server = served({ availableActions: ['ExtendInquiry', 'AnswerInquiry'] }).on(method.extendInquiry, () => ASKED);
  const { user, unmount } = show({ path: '/inquiries/i1', roles: [Role.SHARING_HEAD], server });
  await user.click(await screen.findByRole('button', { name: '同意延长答复期限' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText(/^延长理由/), '涉及多个处室');
  await user.click(dialog.getByRole('button', { name: /确\s*定/ }));
  await waitFor(() => expect(server.requests(method.extendInquiry)[0]).toMatchObject({ name: 'inquiries/i1', etag: 'e1', reason: '涉及多个处室' }));
  unmount();
  show({ path: '/inquiries/i1', roles: [Role.SHARING_HEAD], server: served({ availableActions: ['ExtendInquiry', 'AnswerInquiry'], extended: true }) });
  expect(await screen.findByText('已同意延长')).toBeTruthy();
  expect(screen.queryByRole('button', { name: '同意延长答复期限' })).toBeNull();
});

test('who asked closes it after a warning; staff without that duty sees no button', async () => {
  const server = served({ consumer: TAX, provider: B, availableActions: ['CloseInquiry'] }).on(method.closeInquiry, () => ASKED);
  const { user, unmount } = show({ path: '/inquiries/i1', roles: [Role.CLERK], server });
  await user.click(await screen.findByRole('button', { name: /办\s*结/ }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText(/尚未答复/)).toBeTruthy();
  await user.click(dialog.getByRole('button', { name: /确\s*定/ }));
  await waitFor(() => expect(server.requests(method.closeInquiry)[0]).toMatchObject({ name: 'inquiries/i1', etag: 'e1' }));
  unmount();
  show({ path: '/inquiries/i1', roles: [Role.SHARING_HEAD], server: served({ availableActions: ['CloseInquiry'] }) });
  await screen.findByText('多久更新一次');
  expect(screen.queryByText('可办理的事项')).toBeNull();
});

test('complaints are listed; staff without the right cannot enter one', async () => {
  const { unmount } = show({ path: '/complaints', roles: [Role.CLERK], server: served() });
  expect((await screen.findByRole('link', { name: '〔2026〕7号' })).getAttribute('href')).toBe('/complaints/c1');
  expect(screen.getByText('重复采集')).toBeTruthy();
  expect(screen.getByRole('button', { name: '登记投诉' })).toBeTruthy();
  unmount();
  show({ path: '/complaints', roles: [Role.PROVIDER_REVIEWER], server: served() });
  await screen.findByRole('link', { name: '〔2026〕7号' });
  expect(screen.queryByRole('button', { name: '登记投诉' })).toBeNull();
});

test('a complaint of repeated collection cites its check; of another kind it does not', async () => {
  const server = served().on(method.openComplaint, () => COMPLAINT);
  const { user, address } = show({ path: `/complaints/new?check=collectionChecks/k1&about=${TAX}`, roles: [Role.CLERK], server });
  await user.type(await screen.findByLabelText(/^登记编号/), '7号');
  await user.type(screen.getByLabelText(/^投诉内容/), '仍要求提交');
  await user.selectOptions(screen.getByLabelText(/^类别/), 'RIGHTS');
  expect(screen.queryByRole('textbox', { name: /^采集核查/ })).toBeNull();
  await user.selectOptions(screen.getByLabelText(/^类别/), 'DUPLICATE_COLLECTION');
  await user.click(screen.getByRole('button', { name: /登\s*记/ }));
  await waitFor(() => expect(address()).toBe('/complaints/c1'));
  expect(server.requests(method.openComplaint)[0]).toMatchObject({ kind: Complaint_Kind.DUPLICATE_COLLECTION, about: TAX, fileNumber: '7号',
    text: '仍要求提交', collectionCheck: 'collectionChecks/k1' });
});

test('the authority assigns a complaint; a refused agency shows at its field', async () => {
  const server = served({}, { availableActions: ['AssignComplaint'] }).on(method.assignComplaint, () => {
    throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'agency', rule: 'is no active agency of your authority' }] });
  });
  const { user } = show({ path: '/complaints/c1', roles: [Role.SHARING_AUTHORITY], server });
  await user.click(await screen.findByRole('button', { name: /分\s*派/ }));
  expect((await screen.findAllByText('is no active agency of your authority')).length).toBeGreaterThan(0);
  expect(server.requests(method.assignComplaint)[0]).toMatchObject({ name: 'complaints/c1', etag: 'e2', agency: TAX });
});

test('a complaint is closed with outcome and answer', async () => {
  const server = served({}, { state: Complaint_State.ASSIGNED, availableActions: ['CloseComplaint'] }).on(method.closeComplaint, () => COMPLAINT);
  const { user } = show({ path: '/complaints/c1', roles: [Role.SHARING_HEAD], server });
  const form = within(await screen.findByRole('form', { name: '答复并办结' }));
  expect(form.getByRole<HTMLButtonElement>('button', { name: '答复并办结' }).disabled).toBe(true);
  await user.selectOptions(form.getByLabelText(/^结果/), 'FOUNDED');
  await user.type(form.getByLabelText(/^答复/), '不再要求提交');
  await user.click(form.getByRole('button', { name: '答复并办结' }));
  await waitFor(() => expect(server.requests(method.closeComplaint)[0]).toMatchObject({ name: 'complaints/c1', etag: 'e2',
    outcome: Complaint_Outcome.FOUNDED, answer: '不再要求提交' }));
});

test('a complaint that was closed meanwhile tells by whom', async () => {
  const open = { ...COMPLAINT, state: Complaint_State.ASSIGNED, availableActions: ['CloseComplaint'] };
  let now: object = open;
  const server = served().on(method.getComplaint, () => now).on(method.closeComplaint, () => {
    now = { ...open, closeTime: timestampFromDate(new Date('2026-11-20T00:00:00Z')), outcome: Complaint_Outcome.UNFOUNDED };
    return late();
  });
  const { user } = show({ path: '/complaints/c1', roles: [Role.SHARING_HEAD], server });
  const form = within(await screen.findByRole('form', { name: '答复并办结' }));
  await user.selectOptions(form.getByLabelText(/^结果/), 'FOUNDED');
  await user.type(form.getByLabelText(/^答复/), '属实');
  await user.click(form.getByRole('button', { name: '答复并办结' }));
  await user.click(await screen.findByRole('button', { name: '读取新内容' }));
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('投诉不属实'));
});

test('a grant is rated with stars and remark; the list follows', async () => {
  const server = served().on(method.rateGrant, () => ({ name: 'ratings/r2' }));
  const { user, unmount } = show({ path: '/ratings?grant=grants/g1', roles: [Role.CLERK], server });
  expect(await screen.findByText('及时')).toBeTruthy();
  expect(server.requests(method.listRatings)[0]?.grant).toBe('grants/g1');
  const form = within(screen.getByRole('form', { name: '评价共享授权' }));
  await user.selectOptions(form.getByLabelText(/^评分/), '2');
  await user.type(form.getByLabelText(/^说明/), '经常中断');
  await user.click(form.getByRole('button', { name: '提交评价' }));
  await waitFor(() => expect(server.requests(method.rateGrant)[0]).toMatchObject({ grant: 'grants/g1', stars: 2, text: '经常中断' }));
  await waitFor(() => expect(server.requests(method.listRatings).length).toBeGreaterThan(1));
  unmount();
  show({ path: '/ratings', roles: [Role.PROVIDER_REVIEWER], server: served() });
  await screen.findByText('及时');
  expect(screen.queryByRole('form', { name: '评价共享授权' })).toBeNull();
});

test('what is not visible is refused in the service’s words', async () => {
  const server = fakeServer().on(method.getComplaint, () => { throw fault(Code.NotFound, 'NOT_VISIBLE', { localized: '不存在，或您无权查看。' }); });
  show({ path: '/complaints/c9', roles: [Role.CLERK], server });
  expect((await screen.findByRole('alert')).textContent).toContain('不存在，或您无权查看。');
});

test('each value has words in all languages', async () => {
  const named = (of: object): string[] => Object.keys(of).filter((one) => Number.isNaN(Number(one)) && !one.endsWith('_UNSPECIFIED'));
  for (const locale of ['zh-Hans', 'zh-Hant', 'en'] as const) {
    await setLocale(locale);
    for (const [group, of] of [['inquiryState', Inquiry_State], ['complaintState', Complaint_State], ['kind', Complaint_Kind], ['outcome', Complaint_Outcome]] as const) {
      for (const key of named(of)) expect(hasText('feedback', `${group}.${key}`), `${locale} ${group} ${key}`).toBe(true);
    }
  }
  await setLocale('zh-Hans');
});
