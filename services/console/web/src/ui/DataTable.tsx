// SPDX-License-Identifier: Apache-2.0
// A list as a table: rows come page by page from the service, of long lists only those in view are
// in the document. j and k (or the arrows) walk, Enter opens.
import { Button } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useText } from './texts';

const ROW = 44;       // pixels, as .sw-fixed has it
const SPARE = 10;     // rows above and below what is seen
const WHOLE = 60;     // lists up to here are whole in the document

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly render: (row: T) => ReactNode;
  readonly number?: boolean;
  /** The column that names the row: its header. One of them; the first unless said. */
  readonly head?: boolean;
}

export function DataTable<T>(props: {
  /** What the table is, for those who hear it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  hasMore?: boolean;
  onMore?: () => void;
  loading?: boolean;
  /** How many there are in all, where the service says. */
  total?: number;
  /** Further keys, for example { a: approve }; they act on the row that has the focus. */
  keys?: Readonly<Record<string, (row: T) => void>>;
  /** Rows that are ticked, by key; with onSelect the table has boxes. */
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  empty?: ReactNode;
  /** Height of what is in view, in pixels. */
  height?: number;
}): ReactNode {
  const t = useText();
  const { rows, columns, rowKey, onMore, hasMore = false, height = 560 } = props;
  const [top, setTop] = useState(0);
  const [at, setAt] = useState(0);
  const [moved, setMoved] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const head = columns.find((column) => column.head)?.key ?? columns[0]?.key;
  const virtual = rows.length > WHOLE;
  const first = virtual ? Math.max(0, Math.floor(top / ROW) - SPARE) : 0;
  const end = virtual ? Math.min(rows.length, Math.ceil((top + height) / ROW) + SPARE) : rows.length;
  const here = Math.min(at, Math.max(0, rows.length - 1));

  // The row that has the keyboard is in view and has the focus.
  useEffect(() => {
    if (!moved) return;
    box.current?.querySelector<HTMLElement>(`tr[data-index="${here}"]`)?.focus();
  }, [here, moved, first, end]);

  const walk = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    setMoved(true);
    const view = box.current;
    if (virtual && view !== null) {
      if (next * ROW < view.scrollTop) view.scrollTop = next * ROW;
      const below = (next + 2) * ROW - view.scrollTop - height;
      if (below > 0) view.scrollTop += below;
      setTop(view.scrollTop);
    }
    if (next === rows.length - 1 && hasMore) onMore?.();
  };
  const toggle = (key: string): void => {
    const next = new Set(props.selected);
    if (!next.delete(key)) next.add(key);
    props.onSelect?.(next);
  };
  const onKey = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type=checkbox]),textarea,select,[contenteditable]') !== null) return;
    const row = rows[here];
    if (event.key === 'j' || event.key === 'ArrowDown') walk(here + 1);
    else if (event.key === 'k' || event.key === 'ArrowUp') walk(here - 1);
    else if (event.key === 'Home') walk(0);
    else if (event.key === 'End') walk(rows.length - 1);
    else if (row === undefined || target.tagName !== 'TR') return;
    else if (event.key === 'Enter' && props.onOpen !== undefined) props.onOpen(row);
    else if (event.key === ' ' && props.onSelect !== undefined) toggle(rowKey(row));
    else if (props.keys?.[event.key] !== undefined) props.keys[event.key]?.(row);
    else return;
    event.preventDefault();
  };
  const onScroll = (): void => {
    const view = box.current;
    if (view === null) return;
    setMoved(false);
    setTop(view.scrollTop);
    if (hasMore && view.scrollTop + view.clientHeight > view.scrollHeight - 10 * ROW) onMore?.();
  };
  if (rows.length === 0 && !hasMore && props.loading !== true) return <>{props.empty ?? <p>{t('empty')}</p>}</>;
  const width = columns.length + (props.onSelect === undefined ? 0 : 1);
  const spacer = (count: number, key: string): ReactNode => count > 0 && (
    <tr key={key} aria-hidden style={{ height: count * ROW }}><td colSpan={width} /></tr>
  );
  return (
    <>
      <div className="sw-scroll" ref={box} onScroll={onScroll} style={{ maxHeight: height }}
        tabIndex={0} role="region" aria-label={props.caption}>
        <table className={`sw-table${virtual ? ' sw-fixed' : ''}`}
          aria-rowcount={hasMore ? -1 : rows.length + 1} aria-busy={props.loading ?? false}>
          <caption className="sw-only-read">{props.caption} {t('table.keys')}</caption>
          <thead>
            <tr aria-rowindex={1}>
              {props.onSelect !== undefined && (
                <th scope="col"><span className="sw-only-read">{t('table.select')}</span></th>
              )}
              {columns.map((column) => <th scope="col" key={column.key}>{column.title}</th>)}
            </tr>
          </thead>
          <tbody onKeyDown={onKey}>
            {spacer(first, 'above')}
            {rows.slice(first, end).map((row, offset) => {
              const index = first + offset;
              const key = rowKey(row);
              const ticked = props.selected?.has(key) ?? false;
              return (
                <tr key={key} data-index={index} aria-rowindex={index + 2}
                  tabIndex={index === here ? 0 : -1} onFocus={() => setAt(index)}
                  {...(props.onSelect === undefined ? {} : { 'aria-selected': ticked })}
                  {...(props.onOpen === undefined ? {} : { onDoubleClick: () => props.onOpen?.(row) })}>
                  {props.onSelect !== undefined && (
                    <td>
                      <input type="checkbox" checked={ticked} onChange={() => toggle(key)}
                        aria-label={t('table.selectRow', { row: key })} />
                    </td>
                  )}
                  {columns.map((column) => (column.key === head
                    ? <th scope="row" key={column.key}>{column.render(row)}</th>
                    : (
                      <td key={column.key} className={column.number === true ? 'sw-number' : undefined}>
                        {column.render(row)}
                      </td>
                    )))}
                </tr>
              );
            })}
            {spacer(rows.length - end, 'below')}
          </tbody>
        </table>
      </div>
      <p className="sw-row">
        <span role="status">
          {props.total === undefined
            ? t(hasMore ? 'table.shownMore' : 'table.shown', { count: rows.length })
            : t('table.shownOf', { count: rows.length, total: props.total })}
        </span>
        {hasMore && <Button onClick={onMore} loading={props.loading ?? false}>{t('table.more')}</Button>}
      </p>
    </>
  );
}
