// SPDX-License-Identifier: Apache-2.0
// What the person keeps at hand, in this browser.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { useFormat } from '@/i18n/format';
import { DataTable, DraftKeeper, Page, objectPath, useDraft, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { MOST_FAVOURITES, useFavourites, type Favourite } from './favourites';
import { useText } from './texts';

const NAME = /^[A-Za-z][A-Za-z0-9-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/;

export default function FavouritesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const go = useNavigate();
  const favourites = useFavourites();
  const [query, setQuery] = useUrlText('q');
  const rows = favourites.all.filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(query.trim().toLowerCase()));
  return (
    <Page title={t('favourites.title')} crumbs={[{ label: t('list.title'), to: '/tasks' }]}>
      <p>{t('favourites.what', { most: MOST_FAVOURITES })}</p>
      <Add />
      <TextField label={t('favourites.find')} name="q" value={query} set={setQuery} />
      <DataTable<Favourite> caption={t('favourites.title')} rows={rows} rowKey={({ name }) => name} total={favourites.all.length}
        onOpen={({ path }) => void go(path)} keys={{ d: ({ name }) => favourites.drop(name) }}
        empty={<p>{t(favourites.all.length === 0 ? 'favourites.none' : 'list.noneHere')}</p>}
        columns={[
          { key: 'title', title: t('list.subject'), render: ({ name, title, path }) => (
            <Link to={path}><bdi>{title === '' ? name : title}</bdi></Link>) },
          { key: 'name', title: t('favourites.name'), render: ({ name }) => <code>{name}</code> },
          { key: 'at', title: t('favourites.since'), render: ({ at }) => format.time(new Date(at)) },
          { key: 'drop', title: t('favourites.drop'), render: ({ name }) => (
            <Button size="small" aria-label={`${t('favourites.drop')} ${name}`} onClick={() => favourites.drop(name)}>{t('favourites.drop')}</Button>) },
        ]} />
    </Page>
  );
}

// By name, for what is on no list here.
function Add(): ReactNode {
  const t = useText();
  const favourites = useFavourites();
  const draft = useDraft('favourite', { name: '', title: '' });
  const [fault, setFault] = useState<'form' | 'full' | undefined>();
  const { value } = draft;
  const put = (key: 'name' | 'title') => (to: string): void => { setFault(undefined); draft.set((old) => ({ ...old, [key]: to })); };
  const add = (): void => {
    // The address of a page is as good as the name.
    const name = value.name.trim().replace(/^https?:\/\/[^/]+/, '').replace(/^\//, '').replace(/[?#].*$/, '');
    if (!NAME.test(name)) { setFault('form'); return; }
    if (!favourites.keep({ name, title: value.title.trim(), path: objectPath(name) })) { setFault('full'); return; }
    draft.discard();
  };
  return (
    <form aria-label={t('favourites.add')} onSubmit={(event) => { event.preventDefault(); add(); }}>
      <DraftKeeper draft={draft} />
      <TextField label={t('favourites.name')} name="name" value={value.name} set={put('name')} max={300} required hint={t('favourites.nameHint')}
        fault={fault === undefined ? undefined : t(`favourites.fault.${fault}`)} />
      <TextField label={t('favourites.label')} name="title" value={value.title} set={put('title')} max={100} />
      <p><Button htmlType="submit" disabled={value.name.trim() === ''}>{t('favourites.add')}</Button></p>
    </form>
  );
}
