// SPDX-License-Identifier: Apache-2.0
// A button that has an act signed: says what will be signed, asks for a reason where one is due,
// opens the signing page, and tells what came of it. The summary is this page's word; the signing
// page shows the act itself.
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Alert, Button, Input, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { useAct } from '@/session/act';
import { usePerson } from '@/session/person';
import { keepSigningKey, signingKeyOf } from '@/session/signer';
import { Field } from './Field';
import { ErrorPanel, type Asked } from './Panels';
import { useText } from './texts';

export interface ReasonAsked {
  readonly label?: string;
  /** The field's path in the request, for faults. */
  readonly name?: string;
  readonly max?: number;
  /** Prepared texts to begin with. */
  readonly templates?: readonly { readonly label: string; readonly text: string }[];
  readonly optional?: boolean;
}

export function ConfirmAct<I extends DescMessage, O extends DescMessage>(props: {
  method: DescMethodUnary<I, O>;
  /** The button's and the dialog's words, for example "Publish". */
  label: string;
  /** What the act will do, in words. */
  children?: ReactNode;
  /** Asked for before signing, and given to `request`. */
  reason?: ReasonAsked;
  request: (reason: string) => MessageInitShape<I>;
  onDone: (answer: MessageShape<O>) => void;
  /** On a conflict: reads the object anew. */
  onReload?: () => void;
  decided?: Asked;
  danger?: boolean;
  primary?: boolean;
  disabled?: boolean;
}): ReactNode {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const act = useAct(props.method);
  const asked = props.reason;
  const missing = asked !== undefined && asked.optional !== true && reason.trim() === '';
  const sign = async (): Promise<void> => {
    const answer = await act.run(props.request(reason.trim()));
    if (answer === undefined) return;
    setOpen(false);
    setReason('');
    props.onDone(answer);
  };
  return (
    <>
      <Button danger={props.danger ?? false} type={props.primary === true ? 'primary' : 'default'}
        disabled={props.disabled ?? false} onClick={() => { act.clear(); setOpen(true); }}>
        {props.label}
      </Button>
      <Modal open={open} title={props.label} onCancel={() => setOpen(false)} destroyOnHidden
        footer={[
          <Button key="no" onClick={() => setOpen(false)}>{t('cancel')}</Button>,
          <Button key="yes" type="primary" danger={props.danger ?? false} loading={act.busy}
            disabled={missing} onClick={() => void sign()}>{t('act.sign')}</Button>,
        ]}>
        {props.children}
        {asked !== undefined && <Reason asked={asked} value={reason} set={setReason} error={act.error} />}
        <p>{t('act.how')}</p>
        {act.busy && <p role="status">{t('act.waiting')}</p>}
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} decided={props.decided}
          {...(props.onReload === undefined ? {} : { onReload: props.onReload })} />
      </Modal>
    </>
  );
}

function Reason(props: {
  asked: ReasonAsked; value: string; set: (text: string) => void;
  error: ReturnType<typeof useAct>['error'];
}): ReactNode {
  const t = useText();
  const { asked } = props;
  return (
    <>
      {asked.templates !== undefined && (
        <p className="sw-row">
          <span>{t('reason.templates')}</span>
          {asked.templates.map((template) => (
            <Button key={template.label} size="small" onClick={() => props.set(template.text)}>
              {template.label}
            </Button>
          ))}
        </p>
      )}
      <Field label={asked.label ?? t('reason.label')} name={asked.name ?? 'reason'} error={props.error}
        required={asked.optional !== true}>
        {(control) => (
          <Input.TextArea {...control} value={props.value} rows={4} maxLength={asked.max ?? 500} showCount
            onChange={(event) => props.set(event.target.value)} />
        )}
      </Field>
    </>
  );
}

/** Why nothing was signed, and what can be done about it. */
export function NotSignedPanel(props: { why: string | undefined }): ReactNode {
  const t = useText();
  const person = usePerson();
  const [key, setKey] = useState('');
  const [kept, setKept] = useState(false);
  const [wrong, setWrong] = useState(false);
  const { why } = props;
  if (why === undefined) return null;
  const known = ['declined', 'closed', 'blocked', 'noPage', 'noKey', 'stale', 'other'] as const;
  const code = known.find((name) => name === why);
  return (
    <Alert role="alert" type="warning" showIcon style={{ marginBottom: '1rem' }}
      title={code === undefined ? t('act.why.unknown', { why }) : t(`act.why.${code}`)}
      description={(why === 'noKey' || signingKeyOf(person.name) === '') && why !== 'noPage' && (
        <>
          <Field label={t('act.key')} name="key" hint={t('act.keyHint')} fault={wrong ? t('act.keyWrong') : undefined}>
            {(control) => (
              <Input.TextArea {...control} rows={3} value={key} onChange={(event) => setKey(event.target.value)}
                spellCheck={false} autoComplete="off" />
            )}
          </Field>
          <Button onClick={() => {
            const good = keepSigningKey(person.name, key);
            setKept(good);
            setWrong(!good);
          }}>{t('act.keepKey')}</Button>
          {kept && <p role="status">{t('act.keyKept')}</p>}
        </>
      )} />
  );
}

/** Asks for a reason, for writes that need no signature. */
export function ReasonDialog(props: {
  label: string;
  asked?: ReasonAsked;
  children?: ReactNode;
  /** False: refused, and the dialog stays; the page shows why by `error`. */
  onReason: (reason: string) => Promise<boolean>;
  error?: ReturnType<typeof useAct>['error'];
  danger?: boolean;
}): ReactNode {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [reason, setReason] = useState('');
  const asked = props.asked ?? {};
  const send = async (): Promise<void> => {
    setBusy(true);
    const done = await props.onReason(reason.trim());
    setBusy(false);
    if (!done) return;
    setOpen(false);
    setReason('');
  };
  return (
    <>
      <Button danger={props.danger ?? false} onClick={() => setOpen(true)}>{props.label}</Button>
      <Modal open={open} title={props.label} onCancel={() => setOpen(false)} destroyOnHidden
        footer={[
          <Button key="no" onClick={() => setOpen(false)}>{t('cancel')}</Button>,
          <Button key="yes" type="primary" danger={props.danger ?? false} loading={busy} onClick={() => void send()}
            disabled={asked.optional !== true && reason.trim() === ''}>{t('ok')}</Button>,
        ]}>
        {props.children}
        <Reason asked={asked} value={reason} set={setReason} error={props.error} />
        <ErrorPanel error={props.error} />
      </Modal>
    </>
  );
}
