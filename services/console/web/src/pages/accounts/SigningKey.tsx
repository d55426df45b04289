// SPDX-License-Identifier: Apache-2.0
// The person's authenticator: makes a key, whose public half the security administrator registers, and
// tells this browser which one signs.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { base64, hexOf } from '@/api';
import { useSettings } from '@/app/settings_context';
import { usePerson } from '@/session/person';
import { keepSigningKey, signingKeyOf } from '@/session/signer';
import { makeByBrowser, type Make } from '@/session/webauthn';
import { Facts } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';


export function SigningKey(props: { make?: Make }): ReactNode {
  const t = useText();
  const { name } = usePerson();
  const { relyingParty } = useSettings();
  const [key, setKey] = useState(() => signingKeyOf(name));
  const [said, setSaid] = useState<'kept' | 'bad'>();
  const [made, setMade] = useState<{ key: string; digest: string }>();
  const [busy, setBusy] = useState(false);
  const [declined, setDeclined] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    setDeclined(false);
    try {
      const { spki } = await (props.make ?? makeByBrowser)(name, relyingParty);
      const text = base64(spki);
      setMade({ key: text, digest: hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(spki)))) });
      setKey(text);
      setSaid(keepSigningKey(name, text) ? 'kept' : 'bad');
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) throw thrown;
      setDeclined(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="signing-key">
      <h2 id="signing-key">{t('key.title')}</h2>
      <p>{t('key.makeText')}</p>
      <Button loading={busy} onClick={() => void make()}>{t('key.make')}</Button>
      {declined && <p role="alert">{t('key.declined')}</p>}
      {made !== undefined && (
        <div role="status">
          <p>{t('key.made')}</p>
          <Facts rows={[[t('key.label'), <code key="k" className="sw-code">{made.key}</code>], [t('key.digest'), <code key="d" className="sw-code">{made.digest}</code>]]} />
        </div>
      )}
      <TextField label={t('key.label')} name="key" rows={3} value={key} hint={t('key.hint')}
        set={(to) => { setKey(to); setSaid(undefined); }} fault={said === 'bad' ? t('key.bad') : undefined} />
      <Button onClick={() => setSaid(keepSigningKey(name, key) ? 'kept' : 'bad')}>{t('key.keep')}</Button>
      {said === 'kept' && <p role="status">{t('key.kept')}</p>}
    </section>
  );
}
