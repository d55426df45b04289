// SPDX-License-Identifier: Apache-2.0
import { Code } from '@connectrpc/connect';
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Import_State, ImportRow_Result } from '@/gen/shareway/catalog/v1/import_pb';
import { Resource_State, UpdateCycle } from '@/gen/shareway/catalog/v1/resource_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { show, TAX } from '@/test/render';

const NAME = 'resources/306001-000001';
const roles = [Role.CATALOGUE_EDITOR];

test('the form is checked while it is typed, and each fault stands at its field', async () => {
  const server = fakeServer().on(CatalogService.method.createResource, (request) => {
    if (request.resource?.title !== '企业名单') {
      throw fault(Code.InvalidArgument, 'FIELD_INVALID', { fields: [
        { field: 'resource.title', rule: 'want 1 to 100 characters' }, { field: 'resource.items[0].id', rule: 'want a letter' }] });
    }
    return { name: NAME };
  });
  const { user } = show({ path: '/catalogue/new', roles, server });
  expect(await screen.findByText('want 1 to 100 characters')).toBeTruthy();
  expect(screen.getByText('want a letter')).toBeTruthy();
  const title = screen.getByLabelText(/^名称 （必填）/);
  expect(title.getAttribute('aria-invalid')).toBe('true');
  await user.type(title, '企业名单');
  expect(await screen.findByText('符合规则，可以保存。')).toBeTruthy();
  expect(server.requests(CatalogService.method.createResource).every((request) => request.validateOnly)).toBe(true);
  expect(server.requests(CatalogService.method.createResource).at(-1)?.resource?.provider).toBe(TAX);
});

test('somebody else’s change takes nothing typed, and what is typed can be saved on top of it', async () => {
  let etag = 'e1';
  const server = fakeServer()
    .on(CatalogService.method.getResource, () => ({ name: NAME, code: '306001/000001', title: '旧', etag, provider: TAX,
      state: Resource_State.DRAFT, updateCycle: UpdateCycle.DAILY }))
    .on(CatalogService.method.createResource, () => { throw fault(Code.AlreadyExists, 'ALREADY_EXISTS'); })
    .on(CatalogService.method.updateResource, (request) => {
      if (request.resource?.etag !== 'e2') throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
      return { name: NAME };
    });
  const { user } = show({ path: `/${NAME}/edit`, roles, server });
  const title = await screen.findByLabelText(/^名称 （必填）/);
  await user.clear(title);
  await user.type(title, '新名称');
  etag = 'e2';
  await user.click(screen.getByRole('button', { name: '保存工作稿' }));
  expect(await screen.findByText('该对象已被他人修改。')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '读取新内容' }));
  await waitFor(() => expect(screen.queryByText('该对象已被他人修改。')).toBeNull());
  await user.click(screen.getByRole('button', { name: '保存工作稿' }));
  await waitFor(() => expect(server.requests(CatalogService.method.updateResource).at(-1)?.resource)
    .toMatchObject({ etag: 'e2', title: '新名称', updateCycle: UpdateCycle.DAILY }));
});

test('a file goes up in pieces, and its faults are told by row and column', async () => {
  const server = fakeServer()
    .on(CatalogService.method.listImports, () => ({}))
    .onUpload(CatalogService.method.importResources, () => ({ name: 'imports/i1' }))
    .on(CatalogService.method.getImport, () => ({ name: 'imports/i1', fileName: 'a.xlsx', state: Import_State.REFUSED, refused: 1n }))
    .on(CatalogService.method.listImportRows, () => ({ rows: [{
      number: 1, sheet: '目录', firstRow: 2, lastRow: 9, code: '306001/000001', result: ImportRow_Result.ENTRY_REFUSED,
      faults: [{ row: 3, column: '数据类型', field: 'resource.items[1].type', rule: '没有这个类型' }] }] }));
  const { user, address } = show({ path: '/imports', roles, server });
  const file = new File([new Uint8Array((1 << 20) + 5)], 'a.xlsx');
  file.arrayBuffer = () => Promise.resolve(new ArrayBuffer((1 << 20) + 5)); // jsdom's File has none
  await user.upload(await screen.findByLabelText(/Excel、CSV/), file);
  await user.click(screen.getByRole('button', { name: '上传' }));
  expect(await screen.findByText('第 3 行 数据类型：没有这个类型')).toBeTruthy();
  expect(address()).toBe('/imports/i1');
  const parts = server.requests(CatalogService.method.importResources as never)[0] as unknown as {
    data: Uint8Array; import?: { fileName: string; dryRun: boolean }; requestId: string }[];
  expect(parts.map((part) => part.data.length)).toEqual([1 << 20, 5]);
  expect(parts[0]?.import).toMatchObject({ fileName: 'a.xlsx', dryRun: true });
  expect(parts[0]?.requestId).toHaveLength(36);
});

test('who does not compile is told that the editor is not theirs', async () => {
  show({ path: '/catalogue/new', roles: [Role.APPLICANT] });
  expect(await screen.findByRole('heading', { name: '无权查看' })).toBeTruthy();
});
