// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { IssueOpinionRequestSchema, Opinion_Result as Result, Project_State as State } from '@/gen/shareway/catalog/v1/project_pb';
import { ProjectService } from '@/gen/shareway/catalog/v1/project_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { CollectionMatch_Likeness as Likeness } from '@/gen/shareway/catalog/v1/source_pb';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { hasText } from '@/i18n';
import { show, TAX } from '@/test/render';
import { STATES } from './ProjectsPage';

const { method } = ProjectService;
const ENTRY = 'resources/306001-000001';
const ONE = {
  name: 'projects/p1', title: '一网通办二期', agency: TAX, approvalNumber: '发改〔2026〕1 号', budgetSource: '财政', duties: '登记', year: 2026, state: State.PRECOMPILED,
  systems: [{ title: '受理系统', duties: '受理' }], compilers: ['people/wang'], compilation: 2, etag: 'e1',
  entries: [{ id: 'e1', uses: ENTRY }, { id: 'e2', title: '办件', shareClass: ShareClass.CONDITIONAL, items: [
    { name: '法人名称', definition: '登记的名称', published: [{ place: `${ENTRY}/mc`, likeness: Likeness.SYNONYM, provider: TAX, shareClass: ShareClass.UNCONDITIONAL }] },
    { name: '办件号' }] }],
};
const served = (more: object = {}): FakeServer => fakeServer()
  .on(method.listProjects, () => ({ projects: [ONE] })).on(method.getProject, () => ({ ...ONE, ...more }))
  .on(CatalogService.method.listResources, () => ({ resources: [{ name: ENTRY, title: '企业登记' }] }))
  .on(DirectoryService.method.listAgencies, () => ({ agencies: [{ name: TAX, displayName: '税务局' }] }))
  .on(SupervisionService.method.getScorecard, () => ({ agency: TAX, results: { resources: 7n, repliesInTime: 3n, repliesLate: 1n } }));
afterEach(() => sessionStorage.clear());

test('the list asks for state, year and those without a catalogue, and keeps them in the address', async () => {
  const server = served();
  const { user, address } = show({ path: '/projects?year=2026', roles: [Role.CATALOGUE_EDITOR], server });
  expect((await screen.findByRole('link', { name: '一网通办二期' })).getAttribute('href')).toBe('/projects/p1');
  await user.selectOptions(screen.getByLabelText('状态'), 'AGREED');
  await user.click(screen.getByRole('checkbox', { name: '只看未预编目录的' }));
  await waitFor(() => expect(server.requests(method.listProjects).at(-1)).toMatchObject({ year: 2026, state: State.AGREED, withoutCatalogue: true }));
  expect(address()).toBe('/projects?year=2026&state=AGREED&without=1');
  for (const state of STATES) expect(hasText('projects', `state.${state}`)).toBe(true);
});

test('a project is registered with its systems; faults show at their fields', async () => {
  let bad = true;
  const server = served().on(method.createProject, () => {
    if (bad) throw fault(Code.InvalidArgument, 'INVALID', { fields: [{ field: 'project.systems[1].title', rule: 'stands twice' }] });
    return ONE;
  });
  const { user, address } = show({ path: '/projects/new', roles: [Role.CATALOGUE_EDITOR], server });
  await user.type(await screen.findByLabelText(/^项目名称/), '二期');
  await user.type(screen.getByLabelText(/^批复或计划文号/), '1 号');
  await user.type(screen.getByLabelText(/^资金来源/), '财政');
  await user.type(screen.getByLabelText(/^支撑的职责/), '登记');
  await user.type(screen.getByLabelText(/^计划年度/), '2026');
  await user.type(screen.getByLabelText(/^系统 1：名称/), '甲');
  await user.click(screen.getByRole('button', { name: '增加系统' }));
  await user.type(screen.getByLabelText(/^系统 2：名称/), '甲');
  await user.click(screen.getByRole('button', { name: /登\s*记$/ }));
  expect((await screen.findAllByText('stands twice')).length).toBeGreaterThan(0);
  bad = false;
  await user.click(screen.getByRole('button', { name: /登\s*记$/ }));
  await waitFor(() => expect(address()).toBe('/projects/p1'));
  expect(server.requests(method.createProject)[1]?.project).toMatchObject({ title: '二期', year: 2026, systems: [{ title: '甲' }, { title: '甲' }] });
});

test('the page shows what is published of what is planned, and what the agency shared', async () => {
  show({ path: '/projects/p1', roles: [Role.SHARING_AUTHORITY], server: served() });
  expect((await screen.findByRole('link', { name: `${ENTRY}/mc` })).getAttribute('href')).toBe(`/${ENTRY}`);
  expect(screen.getByText(/同义/)).toBeTruthy();
  expect(screen.getByText('没有')).toBeTruthy();
  expect(await screen.findByText('共享成效')).toBeTruthy();
  expect(await screen.findByText('7')).toBeTruthy();
});

test('a catalogue is pre-compiled from lines, at the etag read', async () => {
  const server = served({ availableActions: ['PrecompileCatalog'], entries: [{ id: 'e1', uses: ENTRY }] }).on(method.precompileCatalog, () => ONE);
  const { user, address } = show({ path: '/projects/p1/catalogue', roles: [Role.CATALOGUE_EDITOR], server });
  await user.click(await screen.findByRole('button', { name: '增加新建的' }));
  await user.type(screen.getByLabelText(/^第 2 项：名称/), '办件');
  await user.type(screen.getByLabelText(/^第 2 项：.*项/), '法人名称：登记的名称{enter}办件号');
  await user.selectOptions(screen.getByLabelText(/^第 2 项：.*(类型|属性)/), 'CONDITIONAL');
  await user.click(screen.getByRole('button', { name: '提交预编目录' }));
  await waitFor(() => expect(address()).toBe('/projects/p1'));
  expect(server.requests(method.precompileCatalog)[0]).toMatchObject({ name: 'projects/p1', etag: 'e1', entries: [
    { id: 'e1', uses: ENTRY }, { id: '', title: '办件', shareClass: ShareClass.CONDITIONAL, items: [{ name: '法人名称', definition: '登记的名称' }, { name: '办件号', definition: '' }] }] });
});

test('an opinion is signed with its reason', async () => {
  const server = served({ availableActions: ['IssueOpinion'] }).on(method.issueOpinion, () => ONE);
  const { user } = show({ path: '/projects/p1', roles: [Role.SHARING_AUTHORITY], server });
  await user.click(await screen.findByRole('button', { name: '出具意见' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.selectOptions(dialog.getByLabelText(/^意见/), 'DISAGREE');
  await user.type(dialog.getByLabelText(/^理由/), '重复收集');
  await user.click(dialog.getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.issueOpinion).length).toBe(1));
  const act = server.requests(method.issueOpinion)[0]?.signedAct?.act ?? new Uint8Array();
  expect(fromBinary(IssueOpinionRequestSchema, fromBinary(ActSchema, act).request))
    .toMatchObject({ name: 'projects/p1', etag: 'e1', result: Result.DISAGREE, reason: '重复收集' });
});

test('a catalogue is handed in for what is named, and a conflict keeps what was typed', async () => {
  let stale = true;
  const server = served({ state: State.AGREED, availableActions: ['HandInCatalog'], opinion: { result: Result.AGREE, issuer: 'people/zhao', compilation: 2 } })
    .on(method.handInCatalog, () => {
      if (stale) throw fault(Code.Aborted, 'CHANGED_MEANWHILE');
      return ONE;
    });
  const { user } = show({ path: '/projects/p1', roles: [Role.CATALOGUE_EDITOR], server });
  const field = await screen.findByLabelText<HTMLInputElement>(/^办件 对应的/);
  await user.type(field, ENTRY);
  await user.click(screen.getByRole('button', { name: '提交目录' }));
  expect(await screen.findByText(/people\/zhao/, { selector: '[role=alert] *' })).toBeTruthy();
  expect(field.value).toBe(ENTRY);
  stale = false;
  await user.click(screen.getByRole('button', { name: '提交目录' }));
  await waitFor(() => expect(server.requests(method.handInCatalog).at(-1)).toMatchObject({ etag: 'e1', bindings: [{ entry: 'e2', resource: ENTRY }] }));
});

test('who may do nothing is offered nothing, and a project that cannot be changed says so', async () => {
  const { unmount } = show({ path: '/projects/p1', roles: [Role.AUDITOR], server: served() });
  await screen.findByText('办件');
  expect(screen.queryByRole('button', { name: '出具意见' })).toBeNull();
  unmount();
  show({ path: '/projects/p1/edit', roles: [Role.CATALOGUE_EDITOR], server: served() });
  expect(await screen.findByText('此项目现在不能修改。')).toBeTruthy();
});
