// SPDX-License-Identifier: Apache-2.0
// Makes an account with its one-time code. A signed act.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import type { ApiError } from '@/api';
import { AccountService, type AccountCode } from '@/gen/shareway/console/v1/account_service_pb';
import { useAct } from '@/session/act';
import { DraftKeeper, ErrorPanel, NotSignedPanel, ObjectLink, Page, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { CodeTold } from './state';
import { useText } from './texts';

export interface Bounds { employer: string; contract: string; endDate: string }
export const NO_BOUNDS: Bounds = { employer: '', contract: '', endDate: '' };
/** Unset where nothing is stated: no contractor. */
export const contractorOf = (of: Bounds): { contractor?: Bounds } =>
  (Object.values(of).every((text: string) => text === '') ? {} : { contractor: { ...of } });

export function BoundsFields(props: { path: string; value: Bounds; set: (to: Bounds) => void; error: ApiError | undefined }): ReactNode {
  const t = useText();
  const { path, value, set, error } = props;
  return (
    <fieldset>
      <legend>{t('contractor.title')}</legend>
      <TextField label={t('contractor.employer')} name={`${path}.employer`} error={error} max={100}
        value={value.employer} set={(employer) => set({ ...value, employer })} />
      <TextField label={t('contractor.contract')} name={`${path}.contract`} error={error} max={100}
        value={value.contract} set={(contract) => set({ ...value, contract })} />
      <TextField label={t('contractor.endDate')} name={`${path}.end_date`} error={error} type="date"
        value={value.endDate} set={(endDate) => set({ ...value, endDate })} hint={t('contractor.hint')} />
    </fieldset>
  );
}

export default function NewAccountPage(): ReactNode {
  const t = useText();
  const draft = useDraft('account', { person: '', bounds: NO_BOUNDS });
  const act = useAct(AccountService.method.createAccount);
  const [made, setMade] = useState<AccountCode | undefined>();
  const { person, bounds } = draft.value;
  const send = async (): Promise<void> => {
    const id = person.trim().replace(/^people\//, '');
    const answer = await act.run({ account: { person: `people/${id}`, ...contractorOf(bounds) } });
    if (answer === undefined) return;
    draft.discard();
    setMade(answer);
  };
  return (
    <Page title={t('create.title')} crumbs={[{ label: t('list.title'), to: '/accounts' }]}>
      {made !== undefined && <><CodeTold of={made} /><p><ObjectLink name={made.account?.name ?? ''} /></p></>}
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextField label={t('create.person')} name="account.person" error={act.error} hint={t('create.personHint')}
          value={person} set={(to) => draft.set((old) => ({ ...old, person: to }))} required />
        <BoundsFields path="contractor" value={bounds} error={act.error}
          set={(to) => draft.set((old) => ({ ...old, bounds: to }))} />
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} />
        <Button type="primary" htmlType="submit" loading={act.busy} disabled={person.trim() === ''}>{t('create.sign')}</Button>
      </form>
    </Page>
  );
}
