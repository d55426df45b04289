// SPDX-License-Identifier: Apache-2.0
import { screen, within } from '@testing-library/react';
import { useState, type ReactNode } from 'react';
import { expect, test } from 'vitest';
import { show } from '@/test/render';
import { Clock, csvOf, DataTable, DiffTable } from '.';

interface Row { readonly id: number }
const many = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id }));

function List(props: { count: number; onOpen: (row: Row) => void }): ReactNode {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  return (
    <DataTable<Row> caption="rows" rows={many(props.count)} rowKey={(row) => `r${row.id}`}
      onOpen={props.onOpen} selected={picked} onSelect={setPicked}
      columns={[{ key: 'id', title: 'id', render: (row) => `row ${row.id}` }]} />
  );
}

test('of a list of 100,000 only what is in view is in the document', async () => {
  show({}, <List count={100_000} onOpen={() => {}} />);
  const table = await screen.findByRole('table');
  expect(within(table).getAllByRole('row').length).toBeLessThan(60);
  expect(table.getAttribute('aria-rowcount')).toBe('100001');
});

test('a table is walked, ticked and opened by keyboard alone', async () => {
  const opened: number[] = [];
  const { user } = show({}, <List count={5} onOpen={(row) => opened.push(row.id)} />);
  await screen.findByRole('table');
  await user.tab(); // the region
  while (document.activeElement?.tagName !== 'TR') await user.tab();
  await user.keyboard('jjk{Enter}');
  expect(opened).toEqual([1]);
  await user.keyboard(' ');
  expect((screen.getByLabelText('选择 r1') as HTMLInputElement).checked).toBe(true);
  await user.keyboard('{End}{Enter}');
  expect(opened).toEqual([1, 4]);
});

test('a clock says what the service counted, in words and with its day', async () => {
  show({}, (
    <>
      <p><Clock due="2026-11-27" daysLeft={3} /></p>
      <p><Clock due="2026-11-20" daysLeft={-1} /></p>
      <p><Clock due="" state="paused" reason="等待补正" /></p>
    </>
  ));
  expect(await screen.findByText(/还剩 3 个工作日/)).toBeTruthy();
  expect(screen.getByText(/已超期 1 个工作日/)).toBeTruthy();
  expect(screen.getByText(/已暂停计时 等待补正/)).toBeTruthy();
});

test('a comparison marks what is new and what is gone by mark-up', async () => {
  show({}, <DiffTable caption="diff" columns={['a', 'b']} rows={[
    { key: '1', label: 'same', values: ['x', 'x'] },
    { key: '2', label: 'changed', values: ['x', 'y'] },
    { key: '3', label: 'gone', values: ['z', undefined] },
  ]} />);
  const table = await screen.findByRole('table');
  expect([...table.querySelectorAll('ins')].map((one) => one.textContent)).toEqual(['y']);
  expect([...table.querySelectorAll('del')].map((one) => one.textContent)).toEqual(['z']);
});

test('a cell that a spreadsheet would run is text, and quotes are doubled', () => {
  expect(csvOf(['a', 'b'], [['=1+1', 'x "y", z'], [-3, '换\n行']]))
    .toBe('\uFEFFa,b\r\n\'=1+1,"x ""y"", z"\r\n-3,"换\n行"\r\n');
});
