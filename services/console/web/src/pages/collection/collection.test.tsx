// SPDX-License-Identifier: Apache-2.0
import { Code } from '@connectrpc/connect';
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { CollectionMatch_Likeness as Likeness, CollectionMatch_Way as Way } from '@/gen/shareway/catalog/v1/source_pb';
import { setLocale } from '@/i18n';
import { show } from '@/test/render';
import { itemsOf } from './items';

const { checkCollection } = CatalogService.method;
const match = (likeness: Likeness, way: Way, more = {}) => ({ likeness, way, score: 0.75, resource: 'resources/306001-000001',
  resourceTitle: '企业登记信息', item: 'frdb', itemName: '法人代表', providerName: '市场监管局',
  shareClass: way === Way.NOT_OBTAINABLE ? ShareClass.NOT_SHARED : ShareClass.CONDITIONAL, ...more });

test('pasted lines become items, with definitions after a tab, each once', () => {
  expect(itemsOf(' 姓名 \r\n\n住址\t户籍所在地\n姓名')).toEqual([{ name: '姓名', definition: '' }, { name: '住址', definition: '户籍所在地' }]);
});

test('a form is checked, and each item told with its class and how to get it', async () => {
  const server = fakeServer().on(checkCollection, () => ({ name: 'collectionChecks/c1', findings: [
    { name: '法定代表人', more: true, matches: [match(Likeness.EXACT, Way.SHARING_REQUEST, { source: 'sources/legal' }),
      match(Likeness.SIMILAR, Way.NOT_OBTAINABLE, { item: 'b', resource: 'resources/2' })] }, { name: '爱好', matches: [] }] }));
  const { user } = show({ path: '/collection', server });
  await user.click(await screen.findByLabelText(/^表单的数据项/));
  await user.paste('法定代表人\t登记的\n爱好');
  await user.click(screen.getByRole('checkbox'));
  await user.click(screen.getByRole('button', { name: '核查' }));
  expect(await screen.findByText('目录中没有，可以采集')).toBeTruthy();
  expect(server.requests(checkCollection)[0]).toMatchObject({ keep: true,
    items: [{ name: '法定代表人', definition: '登记的' }, { name: '爱好', definition: '' }] });
  expect(screen.getByText('同名')).toBeTruthy();
  expect(screen.getByText('相近 75%')).toBeTruthy();
  expect(screen.getByText('不予共享')).toBeTruthy();
  expect(screen.getByRole('link', { name: '申请共享' }).getAttribute('href'))
    .toBe('/requests/new?resource=resources%2F306001-000001');
  expect(screen.getByRole('link', { name: 'sources/legal' })).toBeTruthy();
  expect(screen.getByText('collectionChecks/c1')).toBeTruthy();
  await setLocale('en');
  expect(await screen.findByText('same name')).toBeTruthy();
});

test('too many items are not sent; what is refused stays typed', async () => {
  const server = fakeServer().on(checkCollection, () => {
    throw fault(Code.InvalidArgument, 'FIELDS', { fields: [{ field: 'items[0].name', rule: 'is too long' }] });
  });
  const { user } = show({ path: '/collection', server });
  const box = await screen.findByLabelText<HTMLTextAreaElement>(/^表单的数据项/);
  await user.click(box);
  await user.paste(Array.from({ length: 41 }, (_, i) => `项${i}`).join('\n'));
  expect(await screen.findByText(/有 41 项/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '核查' }).disabled).toBe(true);
  await user.clear(box);
  await user.type(box, '长');
  await user.click(screen.getByRole('button', { name: '核查' }));
  await waitFor(() => expect(screen.getAllByText('is too long').length).toBe(2));
  expect(box.value).toBe('长');
});
