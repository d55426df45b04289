// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { AuditService } from '@/gen/shareway/audit/v1/audit_service_pb';
import { ConfirmControlRequestSchema, ProposeControlRequestSchema } from '@/gen/shareway/audit/v1/control_pb';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { RecordKind } from '@/gen/shareway/evidence/v1/record_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { setLocale } from '@/i18n';
import { show, TAX } from '@/test/render';
import zh from './i18n/zh-Hans';
import { COMMITMENTS, cosignature, ENTRIES, growthOf, LOG, noteKey, pathOf, PRODUCER_KEY, rootOfAll, signedNote, WITNESS } from './log.test-data';
import { keepHead, pinKeys } from './pins';
import { parseNote } from './note';
import { KINDS } from './record';

const { method } = AuditService;
const AT = 1_795_000_000;

/** A log of `size` entries; `flip` damages what it serves. */
function log(size = 7, flip: { path?: boolean; record?: boolean; root?: boolean } = {}): FakeServer {
  const tree = COMMITMENTS.slice(0, size);
  const root = rootOfAll(tree);
  if (flip.root === true) root[0] = (root[0] ?? 0) ^ 1;
  const note = signedNote(LOG, size, root);
  return fakeServer()
    .on(method.getCheckpoint, () => ({ note, size: BigInt(size), root, witnessed: true, verifierKey: LOG.verifier,
      cosignatures: [cosignature(WITNESS, note, AT)] }))
    .on(method.getEntries, ({ begin }) => {
      const entry = ENTRIES[Number(begin)];
      if (entry === undefined) throw fault(Code.FailedPrecondition, 'LOG_TOO_SMALL', { localized: '日志没有这么长' });
      const record = flip.record === true ? Uint8Array.of(...entry.sealed.record, 0x18, 0x01) : entry.sealed.record;
      return { entries: [{ ...entry, sealed: { ...entry.sealed, record } }] };
    })
    .on(method.getInclusionProof, ({ index, size: of }) => ({ index, size: of,
      path: pathOf(Number(index), tree).map((hash) => (flip.path === true ? hash.map((byte) => byte ^ 1) : hash)) }))
    .on(method.getConsistencyProof, ({ oldSize, newSize }) => ({ oldSize, newSize, hashes: growthOf(Number(oldSize), tree) }))
    .on(method.searchEntries, () => ({ entries: ENTRIES.slice(1, 3).reverse() }))
    .on(method.getControls, () => ({ retention: { exchangeDays: 1096, callsDays: 0 } }));
}
const auditor = { roles: [Role.AUDITOR] };
const saved: { name: string; text: string }[] = [];
afterEach(() => { vi.restoreAllMocks(); saved.length = 0; });

/** Files are saved by a link that is clicked; tests keep what it holds. */
function catchSaves(): void {
  const blobs: Blob[] = [];
  URL.createObjectURL = (blob) => { blobs.push(blob as Blob); return `blob:${blobs.length}`; };
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    const blob = blobs[Number(this.href.slice(5)) - 1];
    const reader = new FileReader();
    reader.onload = () => saved.push({ name: this.download, text: String(reader.result) });
    if (blob !== undefined) reader.readAsText(blob);
  });
}

test('nothing is searched by itself; a search is in the address and asks for whole days', async () => {
  const server = log();
  const { user, address } = show({ ...auditor, path: '/evidence', server });
  const agency = await screen.findByLabelText('部门');
  expect((agency as HTMLInputElement).value).toBe(TAX);
  expect(server.requests(method.searchEntries)).toHaveLength(0);
  await user.type(screen.getByLabelText('起始日'), '2026-11-01');
  await user.type(screen.getByLabelText(/截止日/), '2026-11-20');
  await user.selectOptions(screen.getByLabelText('事项'), '授权生效');
  await user.click(screen.getByRole('button', { name: '检索' }));
  expect(await screen.findByRole('link', { name: '2' })).toBeTruthy();
  expect(address()).toBe(`/evidence?agency=${encodeURIComponent(TAX)}&kind=GRANT_CREATED&from=2026-11-01&to=2026-11-20`);
  const [asked] = server.requests(method.searchEntries);
  expect(asked).toMatchObject({ agency: TAX, kind: RecordKind.GRANT_CREATED });
  expect(asked?.startTime?.seconds).toBe(BigInt(Date.parse('2026-10-31T16:00:00Z') / 1000));
  expect(asked?.endTime?.seconds).toBe(BigInt(Date.parse('2026-11-20T16:00:00Z') / 1000));
  expect(screen.getByText('GRANT_SUSPENDED')).toBeTruthy();
  expect(server.requests(method.searchEntries)).toHaveLength(1);
});

test('a search needs something to look for', async () => {
  const server = log();
  const { user } = show({ ...auditor, path: '/evidence', server });
  await user.clear(await screen.findByLabelText('部门'));
  await user.click(screen.getByRole('button', { name: '检索' }));
  expect(screen.getByRole('alert').textContent).toContain('至少填写一项');
  expect(server.requests(method.searchEntries)).toHaveLength(0);
});

test('rows open by keyboard, and those chosen go to the export', async () => {
  const { user, address } = show({ ...auditor, path: '/evidence?grant=grants%2Fg1', server: log() });
  await user.click(await screen.findByRole('checkbox', { name: /2/ }));
  await user.click(screen.getByRole('button', { name: '导出所选条目' }));
  expect(address()).toBe('/evidence/export?index=2');
  expect(((await screen.findByLabelText(/条目编号/)) as HTMLTextAreaElement).value).toBe('2');
});

test('Enter on a row opens its entry', async () => {
  const { user, address } = show({ ...auditor, path: '/evidence?grant=grants%2Fg1', server: log() });
  (await screen.findByRole('link', { name: '2' })).closest('tr')?.focus();
  await user.keyboard('j{Enter}');
  await waitFor(() => expect(address()).toBe('/evidence/1'));
});

const steps = (): string[] => screen.getAllByRole('listitem')
  .filter((item) => item.hasAttribute('data-verdict')).map((item) => `${item.dataset['verdict']} ${item.textContent}`);

test('an entry is proved under a checkpoint that pinned keys signed', async () => {
  pinKeys(`${LOG.verifier}\n${WITNESS.verifier}\n`);
  keepHead(parseNote(signedNote(LOG, 3, rootOfAll(COMMITMENTS.slice(0, 3)))), '', new Date());
  const server = log();
  show({ ...auditor, path: '/evidence/5', server });
  expect(await screen.findByText('各项检查均通过')).toBeTruthy();
  expect(steps().map((step) => step.slice(0, 4))).toEqual(['good', 'good', 'good', 'good', 'good']);
  expect(screen.getByText(/第 5 条/)).toBeTruthy();
  expect(screen.getByText(/只有增加/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'grants/g5' })).toBeTruthy();
  const print = screen.getByRole('link', { name: '打印' });
  expect(print.getAttribute('href')).toBe('/print/evidence/5?lang=zh-Hans');
  expect(server.requests(method.getInclusionProof)[0]).toMatchObject({ index: 5n, size: 7n });
});

test('without pinned keys the page says that the key is the service’s own word', async () => {
  show({ ...auditor, path: '/evidence/5', server: log() });
  expect(await screen.findByText('已检查的项目均通过，但有项目未检查')).toBeTruthy();
  expect(screen.getByText(/未经您核对，不能据此认定/)).toBeTruthy();
  expect(screen.getByText(/首次查看此日志/)).toBeTruthy();
  expect(screen.getByText(/另有 1 个见证签名/)).toBeTruthy();
});

test.each([
  ['path', /路径不通向检查点/], ['record', /记录与日志中的承诺值不符/], ['root', /路径不通向检查点/],
])('a wrong %s fails the check', async (what, words) => {
  pinKeys(`${LOG.verifier}\n${WITNESS.verifier}\n`);
  show({ ...auditor, path: '/evidence/5', server: log(7, { [what]: true }) });
  expect((await screen.findAllByText('检查不通过')).length).toBe(1);
  expect(screen.getByText(words)).toBeTruthy();
});

test('a checkpoint by another key than the pinned one fails, and is not remembered', async () => {
  const other = noteKey(LOG.name, 1);
  pinKeys(other.verifier);
  show({ ...auditor, path: '/evidence/5', server: log() });
  expect(await screen.findByText(/没有所核对密钥的签名/)).toBeTruthy();
  expect(Object.keys(localStorage).some((key) => key.startsWith('shareway.log.head'))).toBe(false);
});

test('an entry that the checkpoint does not cover yet waits', async () => {
  const server = log(4);
  show({ ...auditor, path: '/evidence/5', server });
  expect(await screen.findByText(/尚未覆盖第 5 条/)).toBeTruthy();
  expect(server.requests(method.getInclusionProof)).toHaveLength(0);
});

test('a withheld record keeps its proof, and an entry that is not there says so', async () => {
  const server = log().on(method.getEntries, () => ({ entries: [{ index: 5n, commitment: COMMITMENTS[5] as Uint8Array }] }));
  show({ ...auditor, path: '/evidence/5', server });
  expect(await screen.findByText(/日志仍保有其承诺值/)).toBeTruthy();
  expect(await screen.findByText(/承诺值是日志的第 5 条/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /检查签名/ })).toBeNull();
});

test('what is not an index, or beyond the log, is told', async () => {
  const { unmount } = show({ ...auditor, path: '/evidence/05', server: log() });
  expect(await screen.findByText('条目编号应为非负整数')).toBeTruthy();
  unmount();
  show({ ...auditor, path: '/evidence/99', server: log() });
  expect(await screen.findByText('日志没有这么长')).toBeTruthy();
});

const pack = (more: object = {}): Uint8Array => new TextEncoder().encode(JSON.stringify({
  format: 'shareway-evidence/1', checkpoint: signedNote(LOG, 7, rootOfAll(COMMITMENTS)), cosignatures: [],
  keys: [Buffer.from(PRODUCER_KEY).toString('base64')],
  entries: [5].map((index) => ({ index, salt: Buffer.from(ENTRIES[index]?.sealed.salt ?? []).toString('base64'),
    record: Buffer.from(ENTRIES[index]?.sealed.record ?? []).toString('base64'),
    path: pathOf(index, COMMITMENTS).map((hash) => Buffer.from(hash).toString('base64')) })), ...more }));

test('signatures are checked by the keys of the entry’s pack, on demand', async () => {
  const server = log().on(method.exportEvidence, () => ({ pack: pack() }));
  const { user } = show({ ...auditor, path: '/evidence/5', server });
  await user.click(await screen.findByRole('button', { name: /检查签名/ }));
  expect(await screen.findByText(/记录方的签名正确/)).toBeTruthy();
  expect(server.requests(method.exportEvidence)[0]?.indices).toEqual([5n]);
  server.on(method.exportEvidence, () => ({ pack: pack({ keys: [] }) }));
  await user.click(screen.getByRole('button', { name: /检查签名/ }));
  expect(await screen.findByText(/没有记录方的公钥/)).toBeTruthy();
});

test('a case is exported as files, stretch by stretch, each checked', async () => {
  catchSaves();
  pinKeys(LOG.verifier);
  const server = log().on(method.exportEvidence, ({ pageToken }) => (
    pageToken === '' ? { nextPageToken: 'a' } // a stretch that has nothing
      : pageToken === 'a' ? { pack: pack(), nextPageToken: 'b' } : { pack: pack({ entries: [{ index: 4, salt: '', record: '', path: [] }] }) }));
  const { user } = show({ ...auditor, path: '/evidence/export?object=requests%2Fr7', server });
  await user.click(await screen.findByRole('button', { name: /^导\s?出$/ }));
  expect(await screen.findByText(/1 个条目都在包内检查点之下/)).toBeTruthy();
  await waitFor(() => expect(saved.map(({ name }) => name)).toEqual(['evidence-requests-r7-1.json']));
  expect(JSON.parse(saved[0]?.text ?? '')).toMatchObject({ format: 'shareway-evidence/1' });
  await user.click(screen.getByRole('button', { name: '导出下一个包' }));
  expect(await screen.findByText('已全部导出')).toBeTruthy();
  expect(screen.getByText(/条目 4 不在包内检查点之下/)).toBeTruthy();
  expect(server.requests(method.exportEvidence).map(({ caseObject, pageToken }) => [caseObject, pageToken]))
    .toEqual([['requests/r7', ''], ['requests/r7', 'a'], ['requests/r7', 'b']]);
});

test('a refused export names the field', async () => {
  const server = log().on(method.exportEvidence, () => {
    throw fault(Code.InvalidArgument, 'FIELD_INVALID', { fields: [{ field: 'case_object', rule: '应为申请、授权、资源或争议' }] });
  });
  const { user } = show({ ...auditor, path: '/evidence/export?object=people%2Fx', server });
  await user.click(await screen.findByRole('button', { name: /^导\s?出$/ }));
  expect((await screen.findAllByText('应为申请、授权、资源或争议')).length).toBeGreaterThan(0);
});

test('the checkpoint’s page tells witnesses and growth, and checks anew with pinned keys', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(`${LOG.verifier}\n${WITNESS.verifier}\n`)));
  try {
    const { user } = show({ ...auditor, path: '/checkpoint', server: log() });
    expect(await screen.findByText('已由多数见证节点签名')).toBeTruthy();
    expect(within(screen.getByRole('table')).getByText(WITNESS.name)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /填入服务公布的密钥/ }));
    const keys = screen.getByLabelText('验证密钥');
    await waitFor(() => expect((keys as HTMLTextAreaElement).value).toContain(WITNESS.verifier));
    await user.click(screen.getByRole('button', { name: '保存并检查' }));
    expect(await screen.findByText(/由您核对过的密钥签名/)).toBeTruthy();
    expect(screen.getByText(/见证节点 demo.example\/n1 于/)).toBeTruthy();
    await user.clear(keys);
    await user.type(keys, 'nonsense');
    await user.click(screen.getByRole('button', { name: '保存并检查' }));
    expect((await screen.findAllByText(/无法解析：nonsense/)).length).toBe(1);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a pinned witness that did not cosign is told', async () => {
  pinKeys(`${LOG.verifier}\n${WITNESS.verifier}\n${noteKey('demo.example/n2', 4).verifier}`);
  show({ ...auditor, path: '/checkpoint', server: log() });
  expect(within(await screen.findByRole('row', { name: /demo.example\/n2/ })).getByText('未见签名')).toBeTruthy();
  expect(within(screen.getByRole('row', { name: /demo.example\/n1/ })).getByText('已签名')).toBeTruthy();
  // A majority is enough: who is silent does not make the checkpoint worse.
  expect(await screen.findByText(/由您核对过的密钥签名/)).toBeTruthy();
  expect(screen.queryByText('检查不通过')).toBeNull();
});

test('a log that changed what this browser saw raises the alarm', async () => {
  pinKeys(LOG.verifier);
  const changed = [...COMMITMENTS.slice(0, 2).reverse(), ...COMMITMENTS.slice(2)];
  keepHead(parseNote(signedNote(LOG, 5, rootOfAll(changed.slice(0, 5)))), '', new Date());
  show({ ...auditor, path: '/checkpoint', server: log() });
  expect((await screen.findByRole('alert')).textContent).toContain('检查不通过');
  expect(screen.getByText(/请保存检查点并报告/)).toBeTruthy();
});

test('a head that was seen before is the same one, and growth is told since the first', async () => {
  const first = show({ ...auditor, path: '/checkpoint', server: log(5) });
  expect(await screen.findByText(/首次查看此日志/)).toBeTruthy();
  first.unmount();
  const second = show({ ...auditor, path: '/checkpoint', server: log(5) });
  expect(await screen.findByText(/与本浏览器 .* 所见的检查点相同/)).toBeTruthy();
  second.unmount();
  const server = log(7);
  const third = show({ ...auditor, path: '/checkpoint', server });
  expect(await screen.findByText(/首次所见以来，日志只有增加，没有改动（上次所见：.*5 条/)).toBeTruthy();
  expect(server.requests(method.getConsistencyProof)[0]).toMatchObject({ oldSize: 5n, newSize: 7n });
  third.unmount();
  // An older head of the same log fits, and what was seen last stays.
  const older = log(7);
  const tree = COMMITMENTS.slice(0, 7);
  older.on(method.getCheckpoint, () => ({ note: signedNote(LOG, 6, rootOfAll(tree.slice(0, 6))), size: 6n, verifierKey: LOG.verifier }));
  show({ ...auditor, path: '/checkpoint', server: older });
  expect(await screen.findByText(/此检查点早于本浏览器 .* 所见（7 条），两者一致/)).toBeTruthy();
});

const WAITING = { name: 'controls/ab12', retention: { exchangeDays: 1200, callsDays: 0 }, reason: '存储扩容', proposer: 'people/zhao' };
const administrator = { roles: [Role.AUDIT_ADMINISTRATOR] };

test('the second administrator signs again what is done, and nobody confirms the own proposal', async () => {
  const server = log().on(method.getControls, () => ({ retention: { exchangeDays: 1096 }, waiting: [
    WAITING, { ...WAITING, name: 'controls/cd34', stop: true, retention: undefined, proposer: 'people/wang' }] }))
    .on(method.confirmControl, () => WAITING);
  const { user } = show({ ...administrator, path: '/controls', server });
  expect(await screen.findByText(/交换记录：1096 天；被拒调用的计数：永久/)).toBeTruthy();
  expect(within(screen.getByRole('article', { name: 'controls/cd34' })).getByText(/由您提出/)).toBeTruthy();
  expect(screen.getAllByRole('button', { name: /确\s?认/ })).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: /确\s?认/ }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByText(/1200 天/)).toBeTruthy();
  await user.click(within(dialog).getByRole('button', { name: /签/ }));
  await waitFor(() => expect(server.requests(method.confirmControl)).toHaveLength(1));
  const signed = server.requests(method.confirmControl)[0]?.signedAct?.act ?? new Uint8Array();
  const request = fromBinary(ConfirmControlRequestSchema, fromBinary(ActSchema, signed).request);
  expect(request).toMatchObject({ name: 'controls/ab12', stop: false, retention: { exchangeDays: 1200, callsDays: 0 } });
});

test('an administrator proposes a retention, and is told where it is less than the law asks', async () => {
  const server = log().on(method.proposeControl, () => {
    throw fault(Code.InvalidArgument, 'FIELD_INVALID', { fields: [{ field: 'retention.exchange_days', rule: '不少于 1096' }] });
  });
  const { user } = show({ ...administrator, path: '/controls', server });
  await user.type(await screen.findByLabelText(/交换记录的天数/), '30');
  await user.type(screen.getByLabelText(/被拒调用计数的天数/), '0');
  expect((screen.getByRole('button', { name: '签名提出' }) as HTMLButtonElement).disabled).toBe(true);
  await user.type(screen.getByLabelText(/理由/), '磁盘');
  await user.click(screen.getByRole('button', { name: '签名提出' }));
  expect((await screen.findAllByText('不少于 1096')).length).toBeGreaterThan(0);
  const signed = server.requests(method.proposeControl)[0]?.signedAct?.act ?? new Uint8Array();
  expect(fromBinary(ProposeControlRequestSchema, fromBinary(ActSchema, signed).request))
    .toMatchObject({ stop: false, retention: { exchangeDays: 30, callsDays: 0 }, reason: '磁盘' });
  expect((screen.getByLabelText(/理由/) as HTMLTextAreaElement).value).toBe('磁盘');
});

test('an auditor reads what waits and can do nothing to it', async () => {
  const server = log().on(method.getControls, () => ({ waiting: [WAITING] }));
  show({ ...auditor, path: '/controls', server });
  expect(await screen.findByText('存储扩容')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /确\s?认/ })).toBeNull();
  expect(screen.queryByRole('button', { name: '签名提出' })).toBeNull();
});

test('whoever may not search sees no such pages', async () => {
  show({ roles: [Role.CLERK], path: '/evidence', server: log() });
  await screen.findByRole('heading', { level: 1 });
  expect(screen.queryByRole('link', { name: '存证检索' })).toBeNull();
  expect(screen.queryByRole('button', { name: '检索' })).toBeNull();
});

test('pages speak English, and every kind of record has its word', async () => {
  expect(Object.keys(zh.kind).sort()).toEqual([...KINDS].sort());
  await setLocale('en');
  show({ ...auditor, path: '/evidence/5', server: log() });
  expect(await screen.findByText('What was checked holds, but not all was checked')).toBeTruthy();
  expect(screen.getByText('grant created')).toBeTruthy();
});
