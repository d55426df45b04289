// SPDX-License-Identifier: Apache-2.0
// Shows a second factor: a code, an authenticator, or the client certificate of the connection.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Alert, Button, Input, Radio } from 'antd';
import { createContext, useContext, useState, type ReactNode } from 'react';
import { useSettings } from '@/app/settings_context';
import { Factor, type SecondFactorSchema } from '@/gen/shareway/console/v1/session_pb';
import { Field } from '@/ui/Field';
import { useText } from './texts';
import { assertByBrowser, type Assert } from './webauthn';

export const AssertContext = createContext<Assert>(assertByBrowser);

/** Unset: the client certificate. */
export type FactorShown = MessageInitShape<typeof SecondFactorSchema> | undefined;

export function SecondFactor(props: {
  factors: readonly Factor[];
  /** The challenge for an authenticator, asked for when it is needed. */
  challenge: () => Promise<Uint8Array>;
  busy: boolean;
  action: string;
  onShow: (factor: FactorShown) => void;
  onCancel?: () => void;
  /** False: something else is missing before it can be sent. */
  ready?: boolean;
}): ReactNode {
  const t = useText();
  const assert = useContext(AssertContext);
  const { relyingParty } = useSettings();
  const [factor, setFactor] = useState(props.factors[0] ?? Factor.TOTP);
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string | undefined>();
  const [waiting, setWaiting] = useState(false);
  const show = async (): Promise<void> => {
    setFault(undefined);
    if (factor === Factor.TOTP) {
      const digits = code.replace(/\s/g, '');
      if (!/^\d{6}$/.test(digits)) return setFault(t('factor.sixDigits'));
      setCode('');
      return props.onShow({ factor: { case: 'totpCode', value: digits } });
    }
    if (factor === Factor.CERTIFICATE) return props.onShow(undefined);
    setWaiting(true);
    try {
      const value = await assert(await props.challenge(), relyingParty);
      props.onShow({ factor: { case: 'assertion', value } });
    } catch {
      setFault(t('factor.notShown'));
    } finally {
      setWaiting(false);
    }
  };
  const names: Partial<Record<Factor, string>> = { [Factor.TOTP]: t('factor.totp'),
    [Factor.WEBAUTHN]: t('factor.webauthn'), [Factor.CERTIFICATE]: t('factor.certificate') };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void show(); }}>
      {props.factors.length > 1 && (
        <Radio.Group value={factor} aria-label={t('factor.which')} style={{ marginBottom: '1rem' }}
          onChange={(event) => setFactor(event.target.value as Factor)}
          options={props.factors.map((value) => ({ value, label: names[value] ?? '' }))} />
      )}
      {factor === Factor.TOTP && (
        <Field label={t('factor.code')} name="totp_code" hint={t('factor.codeHint')} fault={fault} required>
          {(control) => (
            <Input {...control} value={code} onChange={(event) => setCode(event.target.value)} autoFocus
              inputMode="numeric" autoComplete="one-time-code" maxLength={7} />
          )}
        </Field>
      )}
      {factor === Factor.WEBAUTHN && <p>{t('factor.webauthnHint')}</p>}
      {factor === Factor.CERTIFICATE && <p>{t('factor.certificateHint')}</p>}
      {factor !== Factor.TOTP && fault !== undefined && <Alert role="alert" type="error" showIcon title={fault} />}
      <p className="sw-row">
        <Button type="primary" htmlType="submit" loading={props.busy || waiting}
          disabled={props.ready === false}>{props.action}</Button>
        {props.onCancel !== undefined && <Button onClick={props.onCancel}>{t('cancel')}</Button>}
      </p>
    </form>
  );
}
