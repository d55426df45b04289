// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { BundleConflict_Kind, TakeBundleRequestSchema } from '@/gen/shareway/catalog/v1/bundle_pb';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ExtensionField_Type } from '@/gen/shareway/catalog/v1/classification_pb';
import { DesignateSourceRequestSchema } from '@/gen/shareway/catalog/v1/source_pb';
import { ActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';

const { method } = CatalogService;
const AUTHORITY = [Role.SHARING_AUTHORITY];
const requestOf = (act: SignedAct | undefined): Uint8Array =>
  fromBinary(ActSchema, act?.act ?? new Uint8Array()).request;
const SOURCE = { name: 'sources/legal', title: '法定代表人', resource: 'resources/1', item: 'frdb', document: '〔2026〕3号',
  provider: TAX, designation: 2, etag: 'e2' };

function sources(): FakeServer {
  return fakeServer().on(method.listSources, () => ({ sources: [SOURCE] }))
    .on(method.getSource, ({ designation }) => (designation === 1 ? { ...SOURCE, designation: 1, document: '〔2025〕1号' } : SOURCE))
    .on(method.listCollectedItems, () => ({ items: [
      { name: '住址', collectors: [{ provider: TAX, resources: ['resources/2'] }, { provider: 'agencies/9', resources: ['resources/3'] }] }] }))
    .on(method.listCategories, () => ({ version: 'v3', categories: [{ code: '306001', label: { zhHans: '企业', en: 'enterprises' }, level: 3, coded: true }] }))
    .on(method.getExtensionSchema, () => ({ version: 'v1', fields: [
      { key: 'area_type', label: { zhHans: '区域', en: 'area' }, type: ExtensionField_Type.ONE_OF, required: true, choices: [{ value: 'u', label: { zhHans: '城镇' } }] }] }))
    .on(method.listOrigins, () => ({ origins: [{ name: 'origins/p.example', taken: [{ number: 1200n }] }] }));
}

test('a source is replaced with the etag that was seen, by a signed act', async () => {
  const server = sources().on(method.designateSource, () => SOURCE);
  const { user, address } = show({ roles: AUTHORITY, path: '/sources/legal', server });
  await user.click(await screen.findByRole('button', { name: '更换数源' }));
  await user.type(await screen.findByLabelText(/^确定数源的文件/), '〔2026〕9号');
  await user.click(screen.getByRole('button', { name: '签名并确定' }));
  await waitFor(() => expect(address()).toBe('/sources/legal'));
  const asked = fromBinary(DesignateSourceRequestSchema, requestOf(server.requests(method.designateSource)[0]?.signedAct)).source;
  expect([asked?.name, asked?.resource, asked?.item, asked?.document, asked?.etag])
    .toEqual(['sources/legal', 'resources/1', 'frdb', '〔2026〕9号', 'e2']);
});

test('a designation that somebody else changed is refused, and stays typed', async () => {
  const server = sources().on(method.designateSource, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); });
  const { user } = show({ roles: AUTHORITY, path: '/sources/new?title=住址', server });
  await user.type(await screen.findByLabelText(/^数源标识/), 'address');
  await user.click(screen.getByRole('button', { name: '签名并确定' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>(/^数源标识/).value).toBe('address');
  expect(screen.getByLabelText<HTMLInputElement>(/^名称/).value).toBe('住址');
});

test('past designations are shown', async () => {
  const { user } = show({ path: '/sources/legal', server: sources() });
  await screen.findByText('〔2026〕3号');
  expect(screen.queryByRole('button', { name: '更换数源' })).toBeNull();
  await user.click(screen.getByRole('button', { name: '上一次' }));
  expect(await screen.findByText('〔2025〕1号')).toBeTruthy();
});

test('items that several collect lead the authority to a designation', async () => {
  show({ roles: AUTHORITY, path: '/collected-items', server: sources() });
  expect((await screen.findByRole('link', { name: '确定数源' })).getAttribute('href'))
    .toBe(`/sources/new?title=${encodeURIComponent('住址')}`);
});

test('a negative list without its end is not to be used', async () => {
  let whole = true;
  const entry = { part: { case: 'entry' as const, value: { resource: 'resources/4', title: '线索', whole: true, reason: '国家安全', article: '第十五条' } } };
  const server = sources().onStream(method.exportNegativeList, () => (whole
    ? [entry, { part: { case: 'end' as const, value: { entries: 1n } } }] : [entry]));
  const { user } = show({ roles: AUTHORITY, path: '/negative-list?authority=authorities/hz', server });
  await user.click(await screen.findByRole('button', { name: '生成清单' }));
  expect(await screen.findByRole('link', { name: '线索' })).toBeTruthy();
  expect(screen.queryByText(/清单不完整/)).toBeNull();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '导出 CSV' }).disabled).toBe(false);
  whole = false;
  await user.click(screen.getByRole('button', { name: '生成清单' }));
  expect(await screen.findByText(/清单不完整/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '导出 CSV' }).disabled).toBe(true);
});

test('codes are given out to editors, in the categories that have them', async () => {
  const server = sources().on(method.generateCode, () => ({ code: '306001/000007' }));
  const { user, unmount } = show({ roles: [Role.CATALOGUE_EDITOR], path: '/categories', server });
  await user.click(await screen.findByRole('button', { name: '生成代码 306001' }));
  expect(await screen.findByText('306001/000007')).toBeTruthy();
  expect(server.requests(method.generateCode)[0]?.category).toBe('306001');
  await setLocale('en');
  expect(await screen.findByText('enterprises')).toBeTruthy();
  unmount();
  await setLocale('zh-Hans');
  show({ roles: [Role.APPLICANT], path: '/categories', server: sources() });
  await screen.findByText('企业');
  expect(screen.queryByRole('button', { name: /^生成代码/ })).toBeNull();
});

test('extension fields tell their values', async () => {
  show({ path: '/extension-schema', server: sources() });
  expect(await screen.findByText('城镇')).toBeTruthy();
  expect(screen.getByText('单选')).toBeTruthy();
});

test('a bundle is sent in pieces, checked, and taken by a signed act over its digest', async () => {
  const digest = new Uint8Array(32).fill(7);
  let pieces: number[] = [];
  const server = sources()
    .onUpload(method.importBundle, (parts) => {
      pieces = parts.map(({ data }) => data.length);
      return { name: 'bundles/b1', digest, manifest: { domain: 'p.example', entries: 2n } };
    })
    .on(method.takeBundle, () => ({ taken: true, manifest: { domain: 'p.example', entries: 2n } }));
  const { user } = show({ roles: AUTHORITY, path: '/origins', server });
  const bytes = new Uint8Array(1024 * 1024 + 3);
  await user.upload(await screen.findByLabelText(/^目录包文件/), // jsdom's files cannot be read whole
    Object.assign(new File(['x'], 'a.bundle'), { arrayBuffer: () => Promise.resolve(bytes.buffer) }));
  await user.click(await screen.findByRole('button', { name: '收录' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  expect(await screen.findByText('已整包收录。')).toBeTruthy();
  const asked = fromBinary(TakeBundleRequestSchema, requestOf(server.requests(method.takeBundle)[0]?.signedAct));
  expect([asked.name, asked.digest]).toEqual(['bundles/b1', digest]);
  expect(pieces).toEqual([1024 * 1024, 3]);
});

test('a bundle with conflicts cannot be taken', async () => {
  const server = sources().onUpload(method.importBundle, () => ({ conflictCount: 1n,
    conflicts: [{ kind: BundleConflict_Kind.CODE_TAKEN, resource: 'resources/5', detail: '306001/000001' }] }));
  const { user } = show({ roles: AUTHORITY, path: '/origins', server });
  await user.upload(await screen.findByLabelText(/^目录包文件/),
    Object.assign(new File(['x'], 'a.bundle'), { arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) }));
  expect(await screen.findByText('代码已被占用')).toBeTruthy();
  expect(screen.queryByRole('button', { name: '收录' })).toBeNull();
});

test('bundles and the negative list are the authority’s', async () => {
  show({ roles: [Role.APPLICANT], path: '/sources', server: sources() });
  await screen.findByRole('link', { name: '法定代表人' });
  for (const label of ['目录包', '不予共享清单']) expect(screen.queryByText(label)).toBeNull();
});
