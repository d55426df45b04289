// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Resource_State } from '@/gen/shareway/catalog/v1/resource_pb';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import {
  DeclineDemandRequest_Ground, DeclineDemandRequestSchema, Demand_State as State, DemandService, RouteDemandRequestSchema,
} from '@/gen/shareway/sharing/v1/demand_pb';
import { hasText, setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';

const { method } = DemandService;
const B = 'agencies/11330000MB0000000B';
const ONE = { name: 'demands/d1', consumer: B, title: '企业名单', items: [{ id: 'mc', title: '名称' }, { title: '地址' }], legalBasis: '《办法》第三条',
  scenario: '开办企业', presumedSource: TAX, state: State.OPEN, etag: 'e1', profile: 'cn-2025-809@1' };
const requestOf = (act: SignedAct | undefined): Uint8Array => fromBinary(ActSchema, act?.act ?? new Uint8Array()).request;

function served(more: object = {}): FakeServer {
  return fakeServer()
    .on(method.listDemands, () => ({ demands: [ONE] })).on(method.getDemand, () => ({ ...ONE, ...more }))
    .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }] }))
    .on(CatalogService.method.listResources, () => ({ resources: [{ name: 'resources/9', title: '企业登记' }] }));
}

afterEach(() => sessionStorage.clear());

test('the list asks for the state chosen, and an applicant alone is offered to publish', async () => {
  const server = served();
  const { user, address, unmount } = show({ path: '/demands', roles: [Role.APPLICANT], server });
  expect((await screen.findByRole('link', { name: '企业名单' })).getAttribute('href')).toBe('/demands/d1');
  await user.selectOptions(screen.getByLabelText('状态'), 'ROUTED');
  await waitFor(() => expect(server.requests(method.listDemands).at(-1)?.state).toBe(State.ROUTED));
  expect(address()).toBe('/demands?state=ROUTED');
  expect(screen.getByRole('button', { name: '提出需求' })).toBeTruthy();
  unmount();
  show({ path: '/demands', roles: [Role.PROVIDER_REVIEWER], server: served() });
  await screen.findByRole('link', { name: '企业名单' });
  expect(screen.queryByRole('button', { name: '提出需求' })).toBeNull();
});

test('the list is opened by the keyboard', async () => {
  const { user, address } = show({ path: '/demands', roles: [Role.APPLICANT], server: served() });
  await screen.findByRole('link', { name: '企业名单' });
  screen.getAllByRole('row')[1]?.focus();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(address()).toBe('/demands/d1'));
});

test('a demand is published with its items; faults show at their fields and what was typed stays', async () => {
  let bad = true;
  const server = served().on(method.createDemand, () => {
    if (bad) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'items[1].id', rule: 'stands twice' }] });
    return ONE;
  });
  const { user, address } = show({ path: '/demands/new', roles: [Role.APPLICANT], server });
  await user.type(await screen.findByLabelText(/^数据名称/), '企业名单');
  await user.type(screen.getByLabelText(/^第 1 项.*名称/), '名称');
  await user.click(screen.getByRole('button', { name: '增加一项' }));
  await user.type(screen.getByLabelText(/^第 2 项.*名称/), '地址');
  await user.type(screen.getByLabelText(/^第 2 项标识/), 'dz');
  await user.type(screen.getByLabelText(/^履职依据/), '第三条');
  await user.type(screen.getByLabelText(/^使用场景/), '开办企业');
  await user.click(screen.getByRole('button', { name: /提\s*交/ }));
  expect((await screen.findAllByText('stands twice')).length).toBeGreaterThan(0);
  expect(screen.getByLabelText<HTMLInputElement>(/^第 2 项标识/).value).toBe('dz');
  bad = false;
  await user.click(screen.getByRole('button', { name: /提\s*交/ }));
  await waitFor(() => expect(address()).toBe('/demands/d1'));
  expect(server.requests(method.createDemand)[1]).toMatchObject({ title: '企业名单', legalBasis: '第三条', scenario: '开办企业',
    presumedSource: '', validateOnly: false, items: [{ id: '', title: '名称' }, { id: 'dz', title: '地址' }] });
});

test('a demand is checked without being sent, and is there again after leaving', async () => {
  const server = served().on(method.createDemand, () => ONE);
  const { user, address, unmount } = show({ path: '/demands/new?title=企业名单', roles: [Role.APPLICANT], server });
  await user.type(await screen.findByLabelText(/^使用场景/), '开办');
  await user.click(screen.getByRole('button', { name: /检\s*查/ }));
  expect(await screen.findByText('检查通过，尚未提交。')).toBeTruthy();
  expect(server.requests(method.createDemand)[0]?.validateOnly).toBe(true);
  expect(address()).toBe(`/demands/new?title=企业名单`);
  await user.type(screen.getByLabelText(/^使用场景/), '企业');
  expect(screen.getByText('内容在检查之后有改动。')).toBeTruthy();
  unmount();
  show({ path: '/demands/new', roles: [Role.APPLICANT], server });
  expect((await screen.findByLabelText<HTMLTextAreaElement>(/^使用场景/)).value).toBe('开办企业');
});

test('data that the catalogue has lead to their entry', async () => {
  const server = served().on(method.createDemand, () => {
    throw fault(Code.FailedPrecondition, 'ALREADY_CATALOGUED', { localized: '目录已有', metadata: { resource: 'resources/9', title: '企业登记' } });
  });
  const { user } = show({ path: '/demands/new?title=企业登记', roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('button', { name: /检\s*查/ }));
  expect((await screen.findByRole('link', { name: '企业登记' })).getAttribute('href')).toBe('/resources/9');
  expect(screen.getByRole('link', { name: '申请共享' }).getAttribute('href')).toBe('/requests/new?resource=resources%2F9');
});

test('the authority routes it by a signed act, beginning with the presumed source', async () => {
  const server = served({ availableActions: ['RouteDemand', 'LinkResource'] }).on(method.routeDemand, () => ONE);
  const { user } = show({ path: '/demands/d1', roles: [Role.SHARING_AUTHORITY], server });
  expect((await screen.findByLabelText<HTMLInputElement>(/^数源部门/)).value).toBe(TAX);
  await user.click(screen.getByRole('button', { name: '签署并转办' }));
  await waitFor(() => expect(server.requests(method.routeDemand)).toHaveLength(1));
  expect(fromBinary(RouteDemandRequestSchema, requestOf(server.requests(method.routeDemand)[0]?.signedAct)))
    .toMatchObject({ name: 'demands/d1', etag: 'e1', provider: TAX });
});

test('who said that it is not the source is not proposed again', async () => {
  show({ path: '/demands/d1', roles: [Role.SHARING_AUTHORITY], server: served({ availableActions: ['RouteDemand'], notTheirs: [TAX] }) });
  expect((await screen.findByLabelText<HTMLInputElement>(/^数源部门/)).value).toBe('');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '签署并转办' }).disabled).toBe(true);
});

test('the source accepts with an answer; one that came second is told so, and keeps what it typed', async () => {
  let late = true;
  const server = served({ state: State.ROUTED, provider: TAX, availableActions: ['AcceptDemand', 'DeclineDemand', 'LinkResource'] })
    .on(method.acceptDemand, () => { if (late) throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); return ONE; });
  const { user } = show({ path: '/demands/d1', roles: [Role.PROVIDER_REVIEWER], server });
  const form = within(await screen.findByRole('form', { name: '受理' }));
  await user.type(form.getByLabelText(/^答复/), '年底前编目');
  await user.click(form.getByRole('button', { name: /受\s*理/ }));
  expect(await screen.findByText('该对象已被他人修改。')).toBeTruthy();
  const asked = server.requests(method.getDemand).length;
  await user.click(screen.getByRole('button', { name: '读取新内容' }));
  await waitFor(() => expect(server.requests(method.getDemand).length).toBeGreaterThan(asked));
  expect(form.getByLabelText<HTMLTextAreaElement>(/^答复/).value).toBe('年底前编目');
  late = false;
  await user.click(form.getByRole('button', { name: /受\s*理/ }));
  await waitFor(() => expect(server.requests(method.acceptDemand)[1]).toMatchObject({ name: 'demands/d1', etag: 'e1', answer: '年底前编目' }));
  await waitFor(() => expect(form.getByLabelText<HTMLTextAreaElement>(/^答复/).value).toBe(''));
});

test('a legal bar wants its citation, and the refusal is signed', async () => {
  const server = served({ state: State.ROUTED, provider: TAX, availableActions: ['DeclineDemand'] }).on(method.declineDemand, () => ONE);
  const { user } = show({ path: '/demands/d1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.selectOptions(await screen.findByLabelText(/^理由类别/), 'LEGAL_BAR');
  await user.type(screen.getByLabelText(/^理由 /), '不得提供');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '签署并答复' }).disabled).toBe(true);
  await user.type(screen.getByLabelText(/^法律依据/), '《统计法》');
  await user.click(screen.getByRole('button', { name: '签署并答复' }));
  await waitFor(() => expect(server.requests(method.declineDemand)).toHaveLength(1));
  expect(fromBinary(DeclineDemandRequestSchema, requestOf(server.requests(method.declineDemand)[0]?.signedAct)))
    .toMatchObject({ name: 'demands/d1', etag: 'e1', ground: DeclineDemandRequest_Ground.LEGAL_BAR, reason: '不得提供', citation: '《统计法》' });
});

test('another source is no matter of law: no citation goes with it', async () => {
  const server = served({ state: State.ROUTED, provider: TAX, availableActions: ['DeclineDemand'] }).on(method.declineDemand, () => ONE);
  const { user } = show({ path: '/demands/d1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.selectOptions(await screen.findByLabelText(/^理由类别/), 'LEGAL_BAR');
  await user.type(screen.getByLabelText(/^法律依据/), '误填');
  await user.selectOptions(screen.getByLabelText(/^理由类别/), 'NOT_THE_SOURCE');
  await user.type(screen.getByLabelText(/^理由 /), '由市监局采集');
  await user.click(screen.getByRole('button', { name: '签署并答复' }));
  await waitFor(() => expect(server.requests(method.declineDemand)).toHaveLength(1));
  expect(fromBinary(DeclineDemandRequestSchema, requestOf(server.requests(method.declineDemand)[0]?.signedAct)))
    .toMatchObject({ ground: DeclineDemandRequest_Ground.NOT_THE_SOURCE, citation: '' });
});

test('the source is offered its own published entries to link', async () => {
  const server = served({ state: State.ACCEPTED, provider: TAX, availableActions: ['LinkResource'] }).on(method.linkResource, () => ONE);
  const { user } = show({ path: '/demands/d1', roles: [Role.PROVIDER_REVIEWER], server });
  await user.type(await screen.findByLabelText(/^已发布的目录条目/), 'resources/9');
  await user.click(screen.getByRole('button', { name: '关联并办结' }));
  await waitFor(() => expect(server.requests(method.linkResource)[0]).toMatchObject({ name: 'demands/d1', etag: 'e1', resource: 'resources/9' }));
  expect(server.requests(CatalogService.method.listResources)[0]).toMatchObject({ provider: TAX, state: Resource_State.PUBLISHED });
});

test('a demand is withdrawn when that was confirmed', async () => {
  const server = served({ consumer: TAX, availableActions: ['WithdrawDemand'] }).on(method.withdrawDemand, () => ONE);
  const { user } = show({ path: '/demands/d1', roles: [Role.APPLICANT], server });
  await user.click(await screen.findByRole('button', { name: /撤\s*回/ }));
  expect(server.requests(method.withdrawDemand)).toHaveLength(0);
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /确\s*定/ }));
  await waitFor(() => expect(server.requests(method.withdrawDemand)[0]).toMatchObject({ name: 'demands/d1', etag: 'e1' }));
});

test('an ended demand shows how it ended and offers nothing to do', async () => {
  show({ path: '/demands/d1', roles: [Role.APPLICANT], server: served({ state: State.LINKED, resource: 'resources/9',
    endTime: timestampFromDate(new Date('2026-11-20T00:00:00Z')) }) });
  expect(await screen.findByText('已有目录条目')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'resources/9' })).toBeTruthy();
  expect(screen.getByRole('link', { name: '申请共享该数据' })).toBeTruthy();
  expect(screen.queryByText('可办理的事项')).toBeNull();
});

test('what is not visible is refused in the service’s words', async () => {
  const server = fakeServer().on(method.getDemand, () => { throw fault(Code.NotFound, 'NOT_VISIBLE', { localized: '不存在，或您无权查看。' }); });
  show({ path: '/demands/d2', roles: [Role.APPLICANT], server });
  expect((await screen.findByRole('alert')).textContent).toContain('不存在，或您无权查看。');
});

test('each state has words in all languages', async () => {
  for (const locale of ['zh-Hans', 'zh-Hant', 'en'] as const) {
    await setLocale(locale);
    for (const key of Object.keys(State).filter((one) => Number.isNaN(Number(one)) && one !== 'STATE_UNSPECIFIED')) {
      expect(hasText('demands', `state.${key}`), `${locale} ${key}`).toBe(true);
    }
  }
  await setLocale('zh-Hans');
});
