// SPDX-License-Identifier: Apache-2.0
// A one-time code opens an account: of the three administrators at the first start of an
// installation, later of anybody whose account was made or reset.
import { Alert, Button, Input, QRCode } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useWrite } from '@/api';
import { Choices } from '@/app/Frame';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { personName } from '@/session/SignInForm';
import { ErrorPanel, Field } from '@/ui';
import { secretText, setupAddress } from './secret';
import { useText } from './texts';

export default function FirstStartPage(): ReactNode {
  const t = useText();
  const [person, setPerson] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [secret, setSecret] = useState<Uint8Array | undefined>();
  const redeem = useWrite(AccountService.method.redeemCode);
  useEffect(() => { document.title = t('title'); }, [t]);
  const send = async (): Promise<void> => {
    const opened = await redeem.run({ person: personName(person), code, newPassword: password });
    if (opened === undefined) return;
    setSecret(opened.totpSecret);
    setCode('');
    setPassword('');
    setAgain('');
  };
  const id = personName(person).replace(/^people\//, '');
  if (secret !== undefined) {
    return (
      <main className="sw-alone" id="main">
        <h1>{t('opened')}</h1>
        <Alert type="warning" showIcon title={t('once')} />
        <p>{t('scan')}</p>
        {/* Dark on light in both shades: cameras read nothing else for sure. */}
        <QRCode value={setupAddress(id, secret)} type="svg" color="#000000" bgColor="#ffffff" size={220} />
        <p>{t('byHand')}</p>
        <p><code aria-label={t('secret')}>{secretText(secret)}</code></p>
        <p>{t('then')}</p>
        <p><Link to="/">{t('signIn')}</Link></p>
      </main>
    );
  }
  const different = again !== '' && again !== password;
  return (
    <main className="sw-alone" id="main">
      <p className="sw-row"><Choices /></p>
      <h1>{t('title')}</h1>
      <p>{t('what')}</p>
      <ErrorPanel error={redeem.error} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Field label={t('person')} name="person" error={redeem.error} required>
          {(control) => (
            <Input {...control} value={person} autoComplete="username"
              onChange={(event) => setPerson(event.target.value)} />
          )}
        </Field>
        <Field label={t('code')} name="code" error={redeem.error} hint={t('codeHint')} required>
          {(control) => (
            <Input {...control} value={code} autoComplete="off" spellCheck={false}
              onChange={(event) => setCode(event.target.value)} />
          )}
        </Field>
        <Field label={t('password')} name="new_password" error={redeem.error} hint={t('passwordRule')} required>
          {(control) => (
            <Input.Password {...control} value={password} autoComplete="new-password"
              onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        <Field label={t('again')} name="again" fault={different ? t('different') : undefined} required>
          {(control) => (
            <Input.Password {...control} value={again} autoComplete="new-password"
              onChange={(event) => setAgain(event.target.value)} />
          )}
        </Field>
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={redeem.busy}
            disabled={person.trim() === '' || code.trim() === '' || password === '' || password !== again}>
            {t('open')}
          </Button>
          <Link to="/">{t('back')}</Link>
        </p>
      </form>
    </main>
  );
}
