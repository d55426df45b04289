// SPDX-License-Identifier: Apache-2.0
// The steps of a check as a list: sign, word and sentence, and in one line what they come to.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { KeysOf } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { Status } from '@/ui';
import type { Step, Verdict } from './check';
import type zh from './i18n/zh-Hans';
import { useText } from './texts';

export type CheckText = KeysOf<(typeof zh)['check']>;

const TONES = { good: 'good', bad: 'bad', open: 'warn' } as const;

/** What all steps come to: one that failed fails the whole, one that was not made leaves it open. */
export const verdictOf = (steps: readonly Step[]): Verdict =>
  (steps.some(({ verdict }) => verdict === 'bad') ? 'bad'
    : steps.length === 0 || steps.some(({ verdict }) => verdict === 'open') ? 'open' : 'good');

export function Checks(props: { steps: readonly Step[] | undefined }): ReactNode {
  const t = useText();
  const format = useFormat();
  if (props.steps === undefined) return <p role="status">{t('verdict.running')}</p>;
  const verdict = verdictOf(props.steps);
  return (
    <>
      <p role={verdict === 'bad' ? 'alert' : 'status'}>
        <Status tone={TONES[verdict]}><strong>{t(`verdict.${verdict}`)}</strong></Status>
      </p>
      <ul style={{ listStyle: 'none', padding: 0 }}>
        {props.steps.map((step) => (
          <li key={step.key} data-verdict={step.verdict}>
            <Status tone={TONES[step.verdict]}>
              <strong>{t(`step.${step.verdict}`)}</strong>{' '}
              {t(`check.${step.text}`, { ...step.values, time: format.time(step.at), since: format.time(step.since) })}
            </Status>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Checks whenever `key` changes; undefined while it runs. A key that is empty checks nothing. */
export function useChecked(key: string, run: () => Promise<readonly Step[]>): readonly Step[] | undefined {
  const [done, setDone] = useState<{ key: string; steps: readonly Step[] }>();
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (key === '') return undefined;
    let wanted = true;
    void latest.current().then((steps) => { if (wanted) setDone({ key, steps }); });
    return () => { wanted = false; };
  }, [key]);
  return done?.key === key ? done.steps : undefined;
}
