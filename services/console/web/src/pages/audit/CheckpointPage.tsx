// SPDX-License-Identifier: Apache-2.0
// The newest head of the log: who signed and cosigned it, whether the log only grew, and the keys that this
// browser was told to trust.
import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { LIVE, hexOf } from '@/api';
import type { Checkpoint } from '@/gen/shareway/audit/v1/audit_service_pb';
import { useFormat } from '@/i18n/format';
import { EmptyState, Facts, Field, Page, Shown, Status, saveAs } from '@/ui';
import { Checks } from './Checks';
import { isWitness, parseCosignature, parseNote, parseVerifier, timeOf, verifierLines, type Note } from './note';
import { pinKeys, pinnedKeys, pinnedText } from './pins';
import { useText } from './texts';
import { signedAt, useCheckpoint } from './useCheckpoint';

function noteOf(checkpoint: Checkpoint): Note | undefined {
  try {
    return parseNote(checkpoint.note);
  } catch {
    return undefined;
  }
}

export default function CheckpointPage(): ReactNode {
  const t = useText();
  const { read, steps, again } = useCheckpoint(LIVE);
  return (
    <Page title={t('checkpoint.title')} updated={read.updated} onReload={read.reload} loading={read.loading}>
      <p>{t('checkpoint.what')}</p>
      <Shown read={read}>{(checkpoint) => (
        <>
          <Head checkpoint={checkpoint} />
          <section aria-labelledby="head-check">
            <h2 id="head-check">{t('checkpoint.check')}</h2>
            <Checks steps={steps} />
          </section>
          <Cosignatures lines={checkpoint.cosignatures} />
        </>
      )}</Shown>
      <Pins onPinned={again} named={read.data?.verifierKey ?? ''} />
    </Page>
  );
}

function Head(props: { checkpoint: Checkpoint }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { checkpoint } = props;
  const note = noteOf(checkpoint);
  if (note === undefined) return <EmptyState text={t('check.note.bad')} />;
  const whole = `${checkpoint.note}${checkpoint.cosignatures.join('')}`;
  return (
    <>
      <Facts rows={[
        [t('field.origin'), <code key="o">{note.origin}</code>],
        [t('field.size'), format.number(note.size)],
        [t('field.root'), <code key="r">{hexOf(note.root)}</code>],
        [t('field.signTime'), format.time(signedAt(checkpoint))],
        [t('field.witnessed'), checkpoint.witnessed
          ? <Status tone="good">{t('checkpoint.witnessed')}</Status>
          : <Status tone="warn">{t('checkpoint.unwitnessed')}</Status>],
      ]} />
      <p className="sw-row">
        <Button onClick={() => saveAs(`checkpoint-${note.size}.txt`, whole, 'text/plain;charset=utf-8')}>{t('checkpoint.save')}</Button>
      </p>
      <details>
        <summary>{t('field.note')}</summary>
        <div className="sw-code">{whole}</div>
      </details>
    </>
  );
}

interface Witness { readonly name: string; readonly at: Date | undefined; readonly signed: boolean }

/** Who cosigned, and which of the pinned witnesses did not: a majority is enough for a checkpoint. */
function witnessesOf(lines: readonly string[]): Witness[] {
  const signed = lines.map((line): Witness => {
    try {
      const found = parseCosignature(line);
      return { name: found.name, at: new Date(Number(timeOf(found)) * 1000), signed: true };
    } catch {
      return { name: line.trim().slice(0, 60), at: undefined, signed: true };
    }
  });
  const silent = pinnedKeys().filter(isWitness).map((key) => key.split('+')[0] ?? '')
    .filter((name) => !signed.some((one) => one.name === name));
  return [...signed, ...[...new Set(silent)].map((name) => ({ name, at: undefined, signed: false }))];
}

function Cosignatures(props: { lines: readonly string[] }): ReactNode {
  const t = useText();
  const format = useFormat();
  const witnesses = witnessesOf(props.lines);
  const title = t('checkpoint.witnesses', { count: props.lines.length });
  return (
    <section aria-labelledby="witnesses">
      <h2 id="witnesses">{title}</h2>
      {props.lines.length === 0 && <p>{t('checkpoint.noWitness')}</p>}
      {witnesses.length > 0 && (
        <table className="sw-table">
          <caption className="sw-only-read">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('field.witness')}</th><th scope="col">{t('field.cosigned')}</th><th scope="col">{t('field.cosignTime')}</th>
            </tr>
          </thead>
          <tbody>
            {witnesses.map(({ name, at, signed }) => (
              <tr key={name}>
                <th scope="row"><code>{name}</code></th>
                <td>{signed ? <Status tone="good">{t('checkpoint.cosigned')}</Status> : <Status tone="warn">{t('checkpoint.silent')}</Status>}</td>
                <td>{format.time(at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The keys that this browser checks with. They are this browser's alone and never leave it. */
function Pins(props: { onPinned: () => void; named: string }): ReactNode {
  const t = useText();
  const [typed, setTyped] = useState(pinnedText);
  const [wrong, setWrong] = useState<string>();
  const [said, setSaid] = useState<'kept' | 'forgotten' | 'full'>();
  const [fetching, setFetching] = useState(false);
  const [away, setAway] = useState(false);
  const keep = async (): Promise<void> => {
    setSaid(undefined);
    for (const line of verifierLines(typed)) {
      try {
        await parseVerifier(line);
      } catch {
        setWrong(line.slice(0, 60));
        return;
      }
    }
    setWrong(undefined);
    setSaid(!pinKeys(typed) ? 'full' : typed.trim() === '' ? 'forgotten' : 'kept');
    props.onPinned();
  };
  const fill = async (): Promise<void> => {
    setFetching(true);
    setAway(false);
    try {
      const answer = await fetch('/log/keys');
      const text = answer.ok ? await answer.text() : '';
      if (verifierLines(text).length === 0) throw new Error('no keys');
      setTyped(text);
    } catch {
      if (props.named === '') setAway(true);
      else setTyped(`${props.named}\n`);
    } finally {
      setFetching(false);
    }
  };
  return (
    <section aria-labelledby="pins">
      <h2 id="pins">{t('pins.title')}</h2>
      <p>{t('pins.what')}</p>
      <Field label={t('pins.label')} name="keys" hint={t('pins.hint')}
        fault={wrong === undefined ? undefined : t('pins.wrong', { key: wrong })}>
        {(control) => (
          <Input.TextArea {...control} rows={4} value={typed} spellCheck={false} autoComplete="off"
            onChange={(event) => { setTyped(event.target.value); setSaid(undefined); }} />
        )}
      </Field>
      <p className="sw-row">
        <Button type="primary" onClick={() => void keep()}>{t('pins.keep')}</Button>
        <Button loading={fetching} onClick={() => void fill()}>{t('pins.fill')}</Button>
        {said !== undefined && <span role="status">{t(`pins.${said}`)}</span>}
        {away && <span role="alert">{t('pins.away')}</span>}
      </p>
    </section>
  );
}
