// SPDX-License-Identifier: Apache-2.0
// A plot, and the same figures as a table and as CSV: who cannot see the plot misses nothing.
import { Button } from 'antd';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useShade } from '@/theme/theme';
import { saveCsv, type Cell } from './csv';
import type { PlotOption } from './plots';
import { useText } from './texts';

export function PlotWithTable(props: {
  title: string;
  /** ECharts' option; series and axes, no colours. */
  option: PlotOption;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** The name of the CSV file, without its end. */
  file: string;
}): ReactNode {
  const t = useText();
  const { dark } = useShade();
  const at = useRef<HTMLDivElement>(null);
  const [table, setTable] = useState(false);
  const [failed, setFailed] = useState(false);
  const { option } = props;
  useEffect(() => {
    let undo = (): void => {};
    let wanted = true;
    import('./plots').then(({ draw, plain }) => {
      if (!wanted || at.current === null) return;
      const plot = draw(at.current, dark);
      plot.setOption(plain(option));
      const fit = new ResizeObserver(() => plot.resize());
      fit.observe(at.current);
      undo = () => {
        fit.disconnect();
        plot.dispose();
      };
    }).catch(() => { if (wanted) setFailed(true); });
    return () => {
      wanted = false;
      undo();
    };
  }, [option, dark]);
  const asTable = table || failed;
  return (
    <figure style={{ margin: 0 }}>
      <figcaption className="sw-row">
        <h3>{props.title}</h3>
        <Button size="small" aria-pressed={table} onClick={() => setTable(!table)}>{t('plot.table')}</Button>
        <Button size="small" onClick={() => saveCsv(props.file, props.head, props.rows)}>{t('plot.csv')}</Button>
      </figcaption>
      {/* The drawing is of the figures below, which are there for everybody. */}
      <div className="sw-plot" ref={at} aria-hidden hidden={failed} />
      <div className={asTable ? 'sw-scroll' : 'sw-only-read'}>
        <table className="sw-table">
          <caption className="sw-only-read">{props.title}</caption>
          <thead><tr>{props.head.map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
          <tbody>
            {props.rows.map((row, line) => (
              // Figures have no names of their own; a line keeps its place.
              <tr key={line}>
                {row.map((cell, column) => (column === 0
                  ? <th scope="row" key={column}>{String(cell)}</th>
                  : <td className="sw-number" key={column}>{String(cell)}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
