// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import {
  Grading, ItemType, Resource_State, ResourceFormat, ShareClass, UpdateCycle,
} from '@/gen/shareway/catalog/v1/resource_pb';
import { PublishResourceRequestSchema } from '@/gen/shareway/catalog/v1/resource_message_pb';
import { ResourceDifference_Kind } from '@/gen/shareway/catalog/v1/revision_pb';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { NotSigned } from '@/session/signer';
import { show, TAX } from '@/test/render';

const NAME = 'resources/306001-000001';
const ENTRY = {
  name: NAME, code: '306001/000001', title: '企业登记信息', provider: TAX, abstract: '<b>摘要</b>',
  format: ResourceFormat.DATABASE, shareClass: ShareClass.CONDITIONAL, declaredClass: ShareClass.CONDITIONAL,
  updateCycle: UpdateCycle.DAILY, state: Resource_State.PUBLISHED, revision: 2, etag: 'e2', profile: 'cn-2025-809',
  items: [{ id: 'credit_code', name: '统一社会信用代码', type: ItemType.TEXT, key: true, required: true, grading: Grading.GENERAL }],
};

function catalogue(more: object = {}): FakeServer {
  return fakeServer()
    .on(CatalogService.method.getResource, () => ({ ...ENTRY, ...more }))
    .on(CatalogService.method.listResourceRevisions, () => ({
      revisions: [{ resource: NAME, revision: 2, changeReason: '职责调整' }, { resource: NAME, revision: 1 }],
    }))
    .on(CatalogService.method.diffResourceRevisions, () => ({
      fromRevision: 1, toRevision: 2, differences: [
        { kind: ResourceDifference_Kind.REMOVED, field: 'items', id: 'old_no', before: '旧编号', narrows: true }],
    }))
    .on(GrantService.method.listGrants, (request) => ({
      grants: [{ name: 'grants/g1', resource: NAME, consumer: TAX }, { name: 'grants/g2', resource: 'resources/x' }]
        .filter((one) => request.resource === '' || one.resource === request.resource),
    }));
}

test('a search asks for words and the facets chosen, and marks what was found', async () => {
  const server = fakeServer().on(CatalogService.method.searchResources, () => ({
    total: 1n,
    hits: [{ resource: ENTRY, score: 1000, highlights: [
      { field: 'title', pieces: [{ text: '企业', found: true }, { text: '登记信息' }] },
      { field: 'abstract', pieces: [{ text: '<img src=x>' }, { text: '企业', found: true }] }] }],
    facets: [{ field: 'share_class', values: [{ value: 'CONDITIONAL', count: 1n }] },
             { field: 'provider', values: [{ value: TAX, count: 1n }] }],
  }));
  const { user, address, container } = show({ path: '/catalogue', server: server.on(CatalogService.method.listResources, () => ({})) });
  await user.type(await screen.findByLabelText(/检索词/), '企业{Enter}');
  expect((await screen.findAllByText('企业', { selector: 'mark' })).length).toBe(2);
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByText('检索到 1 条')).toBeTruthy();
  await user.click(screen.getByRole('checkbox', { name: /有条件共享/ }));
  await waitFor(() => expect(server.requests(CatalogService.method.searchResources).at(-1)?.shareClasses)
    .toEqual([ShareClass.CONDITIONAL]));
  expect(address()).toBe('/catalogue?q=%E4%BC%81%E4%B8%9A&share_class=CONDITIONAL');
});

test('an entry’s page shows items, its grants and what a revision narrowed, as text', async () => {
  const { container } = show({ path: `/${NAME}`, server: catalogue() });
  expect(await screen.findByText('统一社会信用代码')).toBeTruthy();
  expect(screen.getByText('<b>摘要</b>')).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'grants/g1' })).toBeTruthy();
  expect(screen.queryByText('grants/g2')).toBeNull();
  expect((await screen.findByText('旧编号')).tagName).toBe('DEL');
  expect(screen.getByText('职责调整')).toBeTruthy();
  expect(container.querySelector('pre')?.textContent).toContain('"item": "credit_code"');
});

test('labels follow the entry’s own profile', async () => {
  show({ path: `/${NAME}`, server: catalogue({ profile: 'cn-2016-51' }) });
  expect(await screen.findByRole('heading', { name: '信息项 (1)' })).toBeTruthy();
});

test('what is not there or not theirs is told alike', async () => {
  const server = catalogue().on(CatalogService.method.getResource, () => {
    throw fault(Code.NotFound, 'NOT_VISIBLE', { localized: '对象不存在或您无权查看' });
  });
  show({ path: `/${NAME}`, server });
  expect(await screen.findByText('对象不存在或您无权查看')).toBeTruthy();
});

test('publishing is a signed act over exactly this request', async () => {
  const server = catalogue({ state: Resource_State.APPROVED, availableActions: ['PublishResource', 'ReturnResource'] })
    .on(CatalogService.method.publishResource, () => ENTRY);
  const { user } = show({ path: `/${NAME}`, roles: [Role.SHARING_AUTHORITY], server });
  await user.click(await screen.findByRole('button', { name: '发布' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  await waitFor(() => expect(server.requests(CatalogService.method.publishResource)).toHaveLength(1));
  const sent = server.requests(CatalogService.method.publishResource)[0];
  expect(sent?.name).toBe('');
  const act = fromBinary(ActSchema, sent?.signedAct?.act ?? new Uint8Array());
  expect(act.method).toBe('/shareway.catalog.v1.CatalogService/PublishResource');
  expect(act.person).toBe('people/wang');
  expect(act.nonce).toHaveLength(16);
  const request = fromBinary(PublishResourceRequestSchema, act.request);
  expect(request).toMatchObject({ name: NAME, etag: 'e2' });
  expect(request.requestId).toHaveLength(36);
});

test('an act that was declined is not sent, and one that came second says so and keeps the reason', async () => {
  const server = catalogue({ state: Resource_State.APPROVED, availableActions: ['ReturnResource'] })
    .on(CatalogService.method.returnResource, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); });
  let declined = true;
  const { fakeSigner } = await import('@/test/render');
  const { user } = show({
    path: `/${NAME}`, roles: [Role.SHARING_AUTHORITY], server,
    signer: (act, person) => (declined ? Promise.reject(new NotSigned('declined')) : fakeSigner(act, person)),
  });
  await user.click(await screen.findByRole('button', { name: '退回' }));
  const dialog = await screen.findByRole('dialog');
  const sign = within(dialog).getByRole('button', { name: '去签署' });
  expect(sign).toHaveProperty('disabled', true);
  await user.type(within(dialog).getByLabelText(/理由/), '摘要不清');
  await user.click(sign);
  expect(await within(dialog).findByText('您选择了不签署。')).toBeTruthy();
  expect(server.requests(CatalogService.method.returnResource)).toHaveLength(0);
  declined = false;
  await user.click(sign);
  expect(await within(dialog).findByText('该对象已被他人修改。')).toBeTruthy();
  expect((within(dialog).getByLabelText(/理由/) as HTMLTextAreaElement).value).toBe('摘要不清');
});

test('nobody is shown what the service did not offer', async () => {
  show({ path: `/${NAME}`, roles: [Role.SHARING_AUTHORITY], server: catalogue() });
  await screen.findByText('统一社会信用代码');
  expect(screen.queryByRole('button', { name: '发布' })).toBeNull();
  expect(screen.queryByRole('button', { name: '编辑' })).toBeNull();
  expect(screen.queryByRole('button', { name: '申请共享' })).toBeNull();
});
