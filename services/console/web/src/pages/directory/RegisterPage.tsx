// SPDX-License-Identifier: Apache-2.0
// The security administrator's records: authority, agency, system, node, person, key, and standing.
import { Alert } from 'antd';
import { useState, type ReactNode } from 'react';
import { NavLink, useSearchParams } from 'react-router';
import { useFormat } from '@/i18n/format';
import { Page } from '@/ui';
import { TextField } from '@/ui/TextField';
import { AgencyRecord, AuthorityRecord } from './records_bodies';
import { KeyRecord, NodeRecord, PersonRecord, SystemRecord } from './records_parts';
import { StandingActs } from './standing';
import { useText } from './texts';

const TABS = ['agency', 'authority', 'person', 'system', 'node', 'key', 'standing'] as const;

export default function RegisterPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const [params] = useSearchParams();
  const kind = TABS.find((one) => one === params.get('kind')) ?? 'agency';
  const [done, setDone] = useState<{ name: string; at: Date } | undefined>();
  const told = (name: string): void => setDone({ name, at: new Date() });
  return (
    <Page title={t('register.title')}>
      <p>{t('register.what')}</p>
      <nav aria-label={t('register.kinds')}>
        <ul className="sw-row" style={{ listStyle: 'none', padding: 0 }}>
          {TABS.map((one) => (
            <li key={one}>
              <NavLink to={`/directory/register?kind=${one}`} aria-current={one === kind ? 'page' : undefined}>
                {t(`register.${one}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      {done !== undefined && (
        <Alert role="status" type="success" showIcon style={{ marginBottom: '1rem' }}
          title={t('register.done', { name: done.name, time: format.time(done.at) })} />
      )}
      <section aria-labelledby="register-kind" key={kind}>
        <h2 id="register-kind">{t(`register.${kind}`)}</h2>
        {kind === 'agency' && <AgencyRecord of={params.get('of') ?? ''} onDone={told} />}
        {kind === 'authority' && <AuthorityRecord onDone={told} />}
        {kind === 'person' && <PersonRecord onDone={told} />}
        {kind === 'system' && <SystemRecord onDone={told} />}
        {kind === 'node' && <NodeRecord onDone={told} />}
        {kind === 'key' && <KeyRecord onDone={told} />}
        {kind === 'standing' && <OtherStanding onDone={told} />}
      </section>
    </Page>
  );
}

// People, systems and keys have no page to read them on: their standing is set by name.
function OtherStanding(props: { onDone: (name: string) => void }): ReactNode {
  const t = useText();
  const [name, setName] = useState('');
  const good = /^(agencies\/[^/]+(\/(systems|nodes)\/[^/]+)?|people\/[^/]+|keys\/[0-9a-f]{32})$/.test(name.trim());
  return (
    <>
      <TextField label={t('register.objectName')} name="name" value={name} set={setName}
        hint={t('register.objectNameHint')}
        fault={name !== '' && !good ? t('register.objectNameBad') : undefined} required />
      <StandingActs name={good ? name.trim() : ''} onDone={() => props.onDone(name.trim())} />
    </>
  );
}
