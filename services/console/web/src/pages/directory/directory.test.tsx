// SPDX-License-Identifier: Apache-2.0
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import {
  Agency_Kind, Key_Use, Level, MandateSchema, NodeApplication_State as State, Standing,
} from '@/gen/shareway/catalog/v1/directory_pb';
import {
  ApplyNodeRequestSchema, ApproveNodeRequestSchema, DirectoryService, EndMandateRequestSchema,
  PutAgencyRequestSchema, PutMandateRequestSchema, PutPersonRequestSchema, ReturnNodeRequestSchema,
  SetStandingRequestSchema,
} from '@/gen/shareway/catalog/v1/directory_service_pb';
import { ActSchema, Suite, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import { create } from '@bufbuild/protobuf';
import { daysBetween, startOf, today } from './days';
import { CERTIFICATE, KEY, KEY_NAME } from './examples.test-data';
import { mandateState } from './mandates';
import { keyName, pemOf, readPublicKey } from './spki';

const NODE = `${TAX}/nodes/n1`;
const DAY = 24 * 3600_000;
const { method } = DirectoryService;
const signed = (act: SignedAct | undefined): Uint8Array =>
  fromBinary(ActSchema, act?.act ?? new Uint8Array()).request;
const spki = readPublicKey(KEY)?.spki ?? new Uint8Array();

function application(state: State, more: { applicant?: string; returnReason?: string } = {}) {
  return {
    node: { name: NODE, address: '10.1.1.1:8443', hostedAgencies: [] },
    protection: { level: 3, filingNumber: '备案33001', lastTestDate: '2026-03-01', nextTestDate: '2020-03-01' },
    keys: [
      { use: Key_Use.TLS, suite: Suite.P256_SHA256, spki, endTime: timestampFromDate(new Date(Date.now() + 10.5 * DAY)) },
      { use: Key_Use.MESSAGE, suite: Suite.SM2_SM3, spki },
    ],
    state, applicant: 'people/zhang', etag: 'e1', ...more,
  };
}

function directory(state = State.APPLIED, more = {}): FakeServer {
  return fakeServer()
    .on(method.listAgencies, () => ({ agencies: [
      { name: TAX, displayName: '市税务局', kind: Agency_Kind.ORGAN, level: Level.CITY, division: '330100',
        authority: 'authorities/hz', standing: Standing.ACTIVE },
      { name: 'agencies/123', displayName: '市图书馆', kind: Agency_Kind.AUTHORISED_BODY, level: Level.CITY,
        division: '330100', authority: 'authorities/hz', standing: Standing.STANDING_SUSPENDED },
    ] }))
    .on(method.listNodeApplications, () => ({ applications: [application(state, more)] }))
    .on(method.getNodeApplication, () => application(state, more))
    .on(method.listMandates, () => ({ mandates: [mandate()] }))
    .on(method.getMandate, () => mandate());
}

const mandate = () => ({
  name: 'mandates/m1', documentNumber: '审发〔2026〕7号', documentDigest: new Uint8Array(32).fill(0xab), issuer: '市审计局',
  supervisors: ['people/sun'], agencies: [TAX], startDate: '2020-01-01', endDate: '2999-01-01',
});

describe('agencies', () => {
  test('are listed with their standing and found by name, kept in the address', async () => {
    const { user, address } = show({ path: '/agencies', server: directory() });
    expect((await screen.findByRole('link', { name: '市税务局' })).getAttribute('href')).toBe(`/${TAX}`);
    const table = screen.getByRole('table');
    expect(within(table).getByText('在用')).toBeTruthy();
    expect(within(table).getByText('暂停')).toBeTruthy();
    await user.type(screen.getByRole('searchbox'), '图书馆');
    await waitFor(() => expect(screen.queryByRole('link', { name: '市税务局' })).toBeNull());
    expect(decodeURIComponent(address())).toBe('/agencies?q=图书馆');
    await user.clear(screen.getByRole('searchbox'));
    await user.selectOptions(screen.getByLabelText('状态'), 'ACTIVE');
    await waitFor(() => expect(screen.queryByRole('link', { name: '市图书馆' })).toBeNull());
  });

  test('open by the keyboard', async () => {
    const { user, address } = show({ path: '/agencies', server: directory() });
    await screen.findByRole('link', { name: '市税务局' });
    const row = screen.getAllByRole('row')[1];
    row?.focus();
    await user.keyboard('j{Enter}');
    await waitFor(() => expect(address()).toBe('/agencies/123'));
  });

  test('are suspended by a signed act with a reason, by the security administrator', async () => {
    const server = directory();
    const { user } = show({ roles: [Role.SECURITY_ADMINISTRATOR], path: `/${TAX}`, server });
    server.on(method.setStanding, () => ({ revision: { number: 9n } }));
    await user.click(await screen.findByRole('button', { name: '暂停' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '证书泄露');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    await waitFor(() => expect(server.requests(method.setStanding)).toHaveLength(1));
    const asked = fromBinary(SetStandingRequestSchema, signed(server.requests(method.setStanding)[0]?.signedAct));
    expect([asked.name, asked.standing, asked.reason]).toEqual([TAX, Standing.STANDING_SUSPENDED, '证书泄露']);
  });

  test('are changed by nobody else', async () => {
    show({ roles: [Role.DEPARTMENT_HEAD], path: `/${TAX}`, server: directory() });
    await screen.findByRole('heading', { level: 1, name: '部门 A' });
    for (const name of ['暂停', '永久停用', '修改登记']) expect(screen.queryByRole('button', { name })).toBeNull();
  });
});

describe('node applications', () => {
  test('show what was declared and which keys end soon', async () => {
    show({ roles: [Role.DEPARTMENT_HEAD], path: '/nodes', server: directory() });
    expect((await screen.findByRole('link', { name: NODE })).getAttribute('href')).toBe(`/${NODE}`);
    expect(screen.getByText(/^剩 10 天/)).toBeTruthy();
    expect(screen.getByText(/^已过期/)).toBeTruthy();
  });

  test('are approved with the etag that was seen', async () => {
    const server = directory().on(method.approveNode, () => application(State.APPROVED));
    const { user } = show({ roles: [Role.SECURITY_ADMINISTRATOR], path: `/${NODE}`, server });
    expect(await screen.findAllByText(KEY_NAME)).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: '批准' }));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
    await waitFor(() => expect(server.requests(method.approveNode)).toHaveLength(1));
    const asked = fromBinary(ApproveNodeRequestSchema, signed(server.requests(method.approveNode)[0]?.signedAct));
    expect([asked.name, asked.etag]).toEqual([NODE, 'e1']);
  });

  test('are returned with a reason, which stays when somebody else was first', async () => {
    const server = directory().on(method.returnNode, () => { throw fault(Code.Aborted, 'CHANGED_MEANWHILE'); });
    const { user } = show({ roles: [Role.SECURITY_ADMINISTRATOR], path: `/${NODE}`, server });
    await user.click(await screen.findByRole('button', { name: '退回' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '缺测评报告');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    expect(await within(dialog).findByRole('alert')).toBeTruthy();
    expect(within(dialog).getByRole<HTMLTextAreaElement>('textbox').value).toBe('缺测评报告');
    const asked = fromBinary(ReturnNodeRequestSchema, signed(server.requests(method.returnNode)[0]?.signedAct));
    expect(asked.reason).toBe('缺测评报告');
  });

  test('are not decided by who applied', async () => {
    show({ roles: [Role.SECURITY_ADMINISTRATOR], person: 'people/zhang', path: `/${NODE}`, server: directory() });
    expect(await screen.findByText(/本人的申请/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: '批准' })).toBeNull();
  });

  test('begin again from what was returned, and are kept when refused', async () => {
    const server = directory(State.RETURNED, { returnReason: '等级不符' })
      .on(method.applyNode, () => {
        throw fault(Code.InvalidArgument, 'FIELDS', { fields: [{ field: 'protection.level', rule: 'is too low' }] });
      });
    const { user } = show({ roles: [Role.SHARING_HEAD], path: `/${NODE}`, server });
    await user.click(await screen.findByRole('button', { name: '重新申请' }));
    const address = await screen.findByLabelText<HTMLInputElement>(/^地址/);
    await waitFor(() => expect(address.value).toBe('10.1.1.1:8443'));
    await user.clear(address);
    await user.type(address, '10.1.1.2:8443');
    await user.click(screen.getByRole('button', { name: '签名并提交' }));
    expect((await screen.findAllByText('is too low')).length).toBeGreaterThan(0);
    expect(address.value).toBe('10.1.1.2:8443');
    const asked = fromBinary(ApplyNodeRequestSchema, signed(server.requests(method.applyNode)[0]?.signedAct)).application;
    expect([asked?.node?.name, asked?.node?.address]).toEqual([NODE, '10.1.1.2:8443']);
    expect(asked?.keys.map(({ use, suite }) => [use, suite]))
      .toEqual([[Key_Use.TLS, Suite.P256_SHA256], [Key_Use.MESSAGE, Suite.SM2_SM3]]);
    expect(asked?.keys[0]?.spki).toEqual(spki);
  });

  test('are not signed with something that is no key', async () => {
    const server = directory();
    const { user } = show({ roles: [Role.SHARING_HEAD], path: '/nodes/new', server });
    await user.click((await screen.findAllByLabelText(/公钥或证书/))[0] as HTMLElement);
    await user.paste('not a key');
    expect(await screen.findByText('这不是公钥，也不是证书。')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: '签名并提交' }));
    expect(await screen.findByText(/有密钥读不出来/)).toBeTruthy();
    expect(server.requests(method.applyNode)).toHaveLength(0);
  });

  test('are not for applicants', async () => {
    const server = directory();
    show({ roles: [Role.APPLICANT], path: '/nodes', server });
    const menu = await screen.findByRole('navigation', { name: '菜单' });
    expect(within(menu).getByText('政务部门')).toBeTruthy();
    expect(within(menu).queryByText('节点接入申请')).toBeNull();
    expect(server.requests(method.listNodeApplications)).toHaveLength(0);
  });
});

describe('mandates', () => {
  test('stand by their days, both of them counted', () => {
    const one = create(MandateSchema, { startDate: '2026-05-01', endDate: '2026-05-31' });
    expect(['2026-04-30', '2026-05-01', '2026-05-31', '2026-06-01'].map((day) => mandateState(one, day)))
      .toEqual(['toCome', 'inForce', 'inForce', 'over']);
    one.endedTime = timestampFromDate(new Date());
    expect(mandateState(one, '2026-05-01')).toBe('ended');
  });

  test('are ended by the authority with a reason', async () => {
    const server = directory().on(method.endMandate, () => mandate());
    const { user } = show({ roles: [Role.SHARING_AUTHORITY], path: '/mandates/m1', server });
    await user.click(await screen.findByRole('button', { name: '提前终止' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), '检查结束');
    await user.click(within(dialog).getByRole('button', { name: '去签署' }));
    await waitFor(() => expect(server.requests(method.endMandate)).toHaveLength(1));
    const asked = fromBinary(EndMandateRequestSchema, signed(server.requests(method.endMandate)[0]?.signedAct));
    expect([asked.name, asked.reason]).toEqual(['mandates/m1', '检查结束']);
  });

  test('are registered with the digest of the document, which is not sent', async () => {
    const server = directory().on(method.putMandate, () => mandate());
    const { user, address } = show({ roles: [Role.SHARING_AUTHORITY], path: '/mandates/new', server });
    await user.type(await screen.findByLabelText(/^授权标识/), 'm1');
    await user.type(screen.getByLabelText(/^文件编号/), '审发〔2026〕7号');
    // jsdom's files cannot be read whole.
    const bytes = new TextEncoder().encode('abc').buffer;
    await user.upload(screen.getByLabelText(/^授权文件/),
      Object.assign(new File(['abc'], 'document.pdf'), { arrayBuffer: () => Promise.resolve(bytes) }));
    expect(await screen.findByText('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')).toBeTruthy();
    await user.type(screen.getByLabelText(/^监督检查人员/), 'people/sun\n\npeople/li ');
    await user.type(screen.getByLabelText(/^被检查部门/), TAX);
    await user.click(screen.getByRole('button', { name: '签名并登记' }));
    await waitFor(() => expect(address()).toBe('/mandates/m1'));
    const asked = fromBinary(PutMandateRequestSchema, signed(server.requests(method.putMandate)[0]?.signedAct)).mandate;
    expect(asked?.supervisors).toEqual(['people/sun', 'people/li']);
    expect(asked?.documentDigest).toHaveLength(32);
    expect(toBinary(PutMandateRequestSchema, create(PutMandateRequestSchema, { mandate: { ...asked } as never })).length)
      .toBeLessThan(300);
  });

  test('of others are not shown', async () => {
    const server = directory().on(method.getMandate, () => {
      throw fault(Code.PermissionDenied, 'NOT_VISIBLE', { localized: '没有这个对象，或者您无权查看' });
    });
    show({ roles: [Role.APPLICANT], path: '/mandates/m9', server });
    expect(await screen.findByText('没有这个对象，或者您无权查看')).toBeTruthy();
  });
});

describe('records of the directory', () => {
  const server = (): FakeServer => directory().on(method.putPerson, () => ({ name: 'people/li' }))
    .on(method.putAgency, () => ({ name: 'agencies/123' }));
  const act = { roles: [Role.SECURITY_ADMINISTRATOR] };

  test('of a person state all roles', async () => {
    const used = server();
    const { user } = show({ ...act, path: '/directory/register?kind=person', server: used });
    await user.type(await screen.findByLabelText(/^人员标识/), 'li');
    await user.type(screen.getByLabelText(/^姓名/), '李四');
    await user.type(screen.getByRole('combobox', { name: /^部门/ }), TAX);
    await user.click(screen.getByRole('checkbox', { name: '经办人' }));
    await user.click(screen.getByRole('checkbox', { name: '申请人' }));
    await user.click(screen.getByRole('button', { name: '签名并登记' }));
    expect(await screen.findByText(/^people\/li 已于 /)).toBeTruthy();
    const asked = fromBinary(PutPersonRequestSchema, signed(used.requests(method.putPerson)[0]?.signedAct)).person;
    expect([asked?.name, asked?.displayName, asked?.agency, asked?.roles])
      .toEqual(['people/li', '李四', TAX, [Role.APPLICANT, Role.CLERK]]);
  });

  test('of an agency begin from what is registered; the law is asked of authorised bodies only', async () => {
    const used = server();
    const { user } = show({ ...act, path: `/directory/register?kind=agency&of=${encodeURIComponent('agencies/123')}`, server: used });
    expect((await screen.findByLabelText<HTMLInputElement>(/^名称/)).value).toBe('部门 3');
    expect(screen.queryByLabelText(/^授权依据/)).toBeNull();
    await user.selectOptions(screen.getByLabelText(/^类别/), 'AUTHORISED_BODY');
    await user.type(screen.getByLabelText(/^授权依据/), '《公共图书馆法》');
    await user.click(screen.getByRole('button', { name: '签名并登记' }));
    await screen.findByText(/^agencies\/123 已于 /);
    const asked = fromBinary(PutAgencyRequestSchema, signed(used.requests(method.putAgency)[0]?.signedAct)).agency;
    expect([asked?.name, asked?.kind, asked?.authorisingLaw])
      .toEqual(['agencies/123', Agency_Kind.AUTHORISED_BODY, '《公共图书馆法》']);
  });

  test('are kept over a reload, and not when they were signed', async () => {
    const { user, unmount } = show({ ...act, path: '/directory/register?kind=system', server: server() });
    await user.type(await screen.findByLabelText(/^系统名称/), '征管系统');
    unmount();
    show({ ...act, path: '/directory/register?kind=system', server: server() });
    expect((await screen.findByLabelText<HTMLInputElement>(/^系统名称/)).value).toBe('征管系统');
  });

  test('are in English, too', async () => {
    await setLocale('en');
    show({ ...act, path: '/directory/register?kind=key', server: server() });
    expect(await screen.findByLabelText(/^Public key or certificate/)).toBeTruthy();
  });
});

describe('public keys', () => {
  beforeEach(() => { expect(spki).toHaveLength(91); });
  test('are read alone and out of certificates, with the certificate’s end', () => {
    expect(readPublicKey(pemOf(spki))?.spki).toEqual(spki);
    const read = readPublicKey(CERTIFICATE);
    expect(read?.spki).toEqual(spki);
    expect(read?.endDate).toBe('2027-12-28');
  });
  test('are named as the directory names them', async () => {
    expect(await keyName(spki)).toBe(KEY_NAME);
  });
  test('are nothing else', () => {
    const cut = btoa(String.fromCharCode(...spki.subarray(0, 80)));
    for (const text of ['', '!', 'AAAA', cut, `${KEY}AAAA`, btoa('0'.repeat(100))]) {
      expect(readPublicKey(text), text).toBeUndefined();
    }
  });
  test('days are those of Shanghai', () => {
    expect(today(new Date('2026-05-01T16:00:00Z'))).toBe('2026-05-02');
    expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
    expect(startOf('2026-05-02')?.seconds).toBe(BigInt(Date.parse('2026-05-01T16:00:00Z') / 1000));
    expect(startOf('x')).toBeUndefined();
  });
});
