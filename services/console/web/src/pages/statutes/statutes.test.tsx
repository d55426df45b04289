// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeServer, fault, type FakeServer } from '@/api/fake';
import { ActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { LoadCalendarRequestSchema, MigrationItem_Kind, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { setLocale } from '@/i18n';
import { show } from '@/test/render';
import { daysOf, workingDays } from './days';

const { method } = StatuteService;
// The year 2026 by the State Council's notice (deploy/calendars/cn/2026.yaml).
const HOLIDAYS = [
  ['元旦', '2026-01-01', '2026-01-03', ['2026-01-04']], ['春节', '2026-02-15', '2026-02-23', ['2026-02-14', '2026-02-28']],
  ['清明节', '2026-04-04', '2026-04-06', []], ['劳动节', '2026-05-01', '2026-05-05', ['2026-05-09']],
  ['端午节', '2026-06-19', '2026-06-21', []], ['中秋节', '2026-09-25', '2026-09-27', []],
  ['国庆节', '2026-10-01', '2026-10-07', ['2026-09-20', '2026-10-10']],
].map(([name, fromDate, toDate, makeUpDates]) => ({ name: name as string, fromDate: fromDate as string,
  toDate: toDate as string, makeUpDates: makeUpDates as string[] }));

function statutes(): FakeServer {
  const profile = { name: 'profiles/cn-2025-809', title: '政务数据共享条例', document: '国务院令第809号', effectiveFrom: '2025-08-01' };
  return fakeServer()
    .on(method.listProfiles, () => ({ profiles: [profile, { ...profile, name: 'profiles/cn-2016-51', title: '暂行办法' }] }))
    .on(method.getProfile, ({ name }) => ({ ...profile, name, assumptions: ['催办天数'], terms: [
      { clock: 'REPLY_CONDITIONAL', workingDays: 10, maxExtensionDays: 10, article: '第二十条' }, { clock: 'LATER_ONE', workingDays: 3 }] }))
    .on(method.listCalendars, () => ({ calendars: [{ name: 'calendars/cn/2026', workingDays: 248, version: 1 }] }))
    .on(method.getCalendar, ({ name }) => ({ name, workingDays: 248, version: 1, holidays: HOLIDAYS, notice: 'javascript:alert(1)' }))
    .on(method.computeDue, () => ({ dueDate: '2026-12-07', provisional: true }))
    .on(method.compareProfiles, () => ({ items: [
      { kind: MigrationItem_Kind.TERM_CHANGED, subject: 'SUPPLY', present: '10', wanted: '20', article: '第二十一条' },
      { kind: MigrationItem_Kind.REQUEST_RUNNING, subject: 'requests/r1', present: '2026-12-01' }] }));
}

test('a year comes out at the control total, day by day', () => {
  const months = daysOf(2026, HOLIDAYS);
  expect(workingDays(months)).toBe(248);
  expect(months[1]?.[13]).toEqual({ date: '2026-02-14', kind: 'makeUp', holiday: '春节' });
  expect(months[9]?.[0]?.kind).toBe('holiday');
  expect(daysOf(2028, []).flat()).toHaveLength(366);
});

test('the calendar of a year tells each day in words, and its notice is no link unless it is https', async () => {
  show({ path: '/calendars/cn/2026', server: statutes() });
  expect(await screen.findByText('2026-02-14 调休上班 春节')).toBeTruthy();
  expect(screen.queryByText(/不符/)).toBeNull();
  expect(screen.getByText('javascript:alert(1)').closest('a')).toBeNull();
});

test('a due day is the service’s, and kept in the address', async () => {
  const server = statutes();
  const { user } = show({ path: '/calendars?from=2026-11-23', server });
  expect(await screen.findByText(/^截止 2026年12月7日/)).toBeTruthy();
  expect(screen.getByText(/尚未公布/)).toBeTruthy();
  const asked = server.requests(method.computeDue);
  expect(asked[0]).toMatchObject({ fromDate: '2026-11-23', workingDays: 10 });
  await user.clear(screen.getByLabelText('工作日数'));
  expect(await screen.findByText(/1 至 250/)).toBeTruthy();
  expect(server.requests(method.computeDue).every(({ workingDays: days }) => days >= 1)).toBe(true);
});

test('a profile shows its terms with articles; one that this page does not know by its name', async () => {
  show({ path: '/profiles/cn-2025-809/county-2-5-10', server: statutes() });
  expect(await screen.findByText('有条件共享答复')).toBeTruthy();
  expect(screen.getByText('第二十条')).toBeTruthy();
  expect(screen.getByText('LATER_ONE')).toBeTruthy();
  expect(screen.getByText('催办天数')).toBeTruthy();
  await setLocale('en');
  expect(await screen.findByText('reply, conditional sharing')).toBeTruthy();
});

test('a profile that is not loaded is refused in the service’s words', async () => {
  show({ path: '/profiles/x', server: statutes().on(method.getProfile, () => {
    throw fault(Code.PermissionDenied, 'NOT_VISIBLE', { localized: '没有这个规则集' }); }) });
  expect(await screen.findByText('没有这个规则集')).toBeTruthy();
});

test('a calendar is checked and then loaded by signed acts; a refusal keeps it', async () => {
  const server = statutes().on(method.loadCalendar, ({ signedAct }) => {
    const asked = fromBinary(LoadCalendarRequestSchema, fromBinary(ActSchema, signedAct?.act ?? new Uint8Array()).request);
    if (!asked.validateOnly) throw fault(Code.FailedPrecondition, 'VERSION', { localized: '版本须高于现行版本' });
    return { calendar: { name: 'calendars/cn/2027', workingDays: 249 }, recomputed: 4 };
  });
  const { user } = show({ roles: [Role.SYSTEM_ADMINISTRATOR], path: '/calendars/load', server });
  await user.type(await screen.findByLabelText(/^日历/), 'area: cn');
  await user.click(screen.getByRole('button', { name: '检查' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '去签署' }));
  expect(await screen.findByText(/249 个工作日。将重算 4 项/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: '载入' }));
  await waitFor(() => expect(screen.getAllByRole('dialog').length).toBeGreaterThan(0));
  const dialogs = screen.getAllByRole('dialog');
  await user.click(within(dialogs[dialogs.length - 1] as HTMLElement).getByRole('button', { name: '去签署' }));
  expect(await screen.findByText('版本须高于现行版本')).toBeTruthy();
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^日历/).value).toBe('area: cn');
});

test('loading and comparing are for those whom the contract admits', async () => {
  show({ roles: [Role.APPLICANT], path: '/calendars', server: statutes() });
  await screen.findByRole('link', { name: 'cn 2026' });
  expect(screen.queryByRole('button', { name: '载入日历' })).toBeNull();
  expect(screen.queryByText('规则变更对照')).toBeNull();
});

test('a change of text lists what is to be done', async () => {
  const server = statutes();
  const { user } = show({ roles: [Role.SHARING_AUTHORITY], path: '/statutes/compare?from=profiles/cn-2016-51', server });
  await screen.findAllByRole('option', { name: /暂行办法/ });
  expect(server.requests(method.compareProfiles)).toHaveLength(0);
  await user.selectOptions(screen.getByLabelText('将施行'), 'profiles/cn-2025-809');
  expect(await screen.findByText('提供数据')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'requests/r1' }).getAttribute('href')).toBe('/requests/r1');
  expect(server.requests(method.compareProfiles)[0]).toMatchObject({ from: 'profiles/cn-2016-51', to: 'profiles/cn-2025-809' });
});
