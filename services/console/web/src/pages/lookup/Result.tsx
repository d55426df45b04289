// SPDX-License-Identifier: Apache-2.0
// What the node answered, under the watermark. There is no way out of here: no copy, no file, no print.
import { Button } from 'antd';
import { useId, type ClipboardEvent, type DragEvent, type ReactNode } from 'react';
import {
  Comparison, type Cell, type CorrectionNote, type QueryAnswer, type VerifyAnswer,
} from '@/gen/shareway/evidence/v1/exchange_pb';
import { useFormat } from '@/i18n/format';
import { EmptyState, Facts, Status, type Tone } from '@/ui';
import './lookup.css';
import { markStyle, markText, type Mark } from './mark';
import { useText } from './texts';

/** How long a result is shown. */
export const SHOWN_MS = 5 * 60_000;

export interface Answered {
  readonly exchange: string;
  readonly at: Date;
  readonly mark: Mark;
  readonly answer:
    | { readonly kind: 'query'; readonly value: QueryAnswer | undefined }
    | { readonly kind: 'verify'; readonly value: VerifyAnswer | undefined };
}

const TONES: Record<Comparison, Tone> = {
  [Comparison.COMPARISON_UNSPECIFIED]: 'quiet', [Comparison.MATCH]: 'good',
  [Comparison.MISMATCH]: 'bad', [Comparison.NO_RECORD]: 'warn',
};

function Corrections(props: { notes: readonly CorrectionNote[] }): ReactNode {
  const t = useText();
  if (props.notes.length === 0) return null;
  return (
    <>
      <h3>{t('corrections.title')}</h3>
      <ul>
        {props.notes.map((note) => (
          <li key={`${note.correction} ${note.item}`}>
            <code>{note.item === '' ? t('corrections.whole') : note.item}</code> <bdi>{note.correction}</bdi>{' '}
            {t(note.businessMayProceed ? 'corrections.proceed' : 'corrections.wait')}
          </li>
        ))}
      </ul>
    </>
  );
}

export function Result(props: { answered: Answered; onClear: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const id = useId();
  const { answer, at, exchange, mark } = props.answered;
  const style = markStyle(mark);
  const text = (cell: Cell | undefined): string => {
    const value = cell?.value;
    switch (value?.case) {
      case undefined: case 'null': return t('result.null');
      case 'boolean': return t(value.value ? 'result.yes' : 'result.no');
      case 'integer': return value.value.toString();
      case 'binary': return t('result.binary', { size: format.bytes(value.value.length) });
      default: return value?.value ?? '';
    }
  };
  const stop = (event: ClipboardEvent | DragEvent): void => event.preventDefault();
  const items = answer.kind === 'query' ? answer.value?.batch?.items ?? [] : [];
  const records = answer.kind === 'query' ? answer.value?.batch?.records ?? [] : [];
  const comparisons = answer.kind === 'verify' ? answer.value?.comparisons ?? [] : [];
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{t('result.title')}</h2>
      <p role="status">{t('result.clears', { time: format.time(new Date(at.getTime() + SHOWN_MS)) })}</p>
      <div className="sw-marked" style={style} onCopy={stop} onCut={stop} onDragStart={stop}>
        <p>{markText(mark)}</p>
        {answer.kind === 'query' && records.length === 0 && <EmptyState text={t('result.none')} />}
        {records.map((record, n) => (
          // One record is asked for; what is more has no name.
          <table className="sw-table" key={n} style={style}>
            <caption className="sw-only-read">{t('result.title')}</caption>
            <tbody>
              {items.map((item, at_) => (
                <tr key={item}>
                  <th scope="row" style={style}><code>{item}</code></th>
                  <td style={style}><bdi>{text(record.cells[at_])}</bdi></td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        {comparisons.length > 0 && (
          <table className="sw-table" style={style}>
            <caption className="sw-only-read">{t('result.title')}</caption>
            <tbody>
              {comparisons.map((one) => (
                <tr key={one.item}>
                  <th scope="row" style={style}><code>{one.item}</code></th>
                  <td style={style}>
                    <Status tone={TONES[one.comparison]}>{t(`result.${Comparison[one.comparison] as 'MATCH'}`)}</Status>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <Corrections notes={answer.value?.corrections ?? []} />
      </div>
      <Facts rows={[[t('result.exchange'), exchange], [t('result.time'), format.time(at)]]} />
      <p><Button onClick={props.onClear}>{t('result.clear')}</Button></p>
    </section>
  );
}
