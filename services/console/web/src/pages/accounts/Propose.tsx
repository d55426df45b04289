// SPDX-License-Identifier: Apache-2.0
// Proposes roles for a person; the security administrator decides.
import { Alert, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useWrite } from '@/api';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import type { Role } from '@/gen/shareway/policy_pb';
import { DraftKeeper, ErrorPanel, useDraft } from '@/ui';
import { RoleBoxes } from '@/ui/roles';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

export function Propose(props: { person: string }): ReactNode {
  const t = useText();
  const draft = useDraft('propose', { grant: [] as Role[], withdraw: [] as Role[], reason: '' });
  const write = useWrite(AccountService.method.proposeRole);
  const [done, setDone] = useState(false);
  const { grant, withdraw, reason } = draft.value;
  const send = async (): Promise<void> => {
    setDone(false);
    if (!(await write.run({ proposal: { person: props.person, grant, withdraw, reason: reason.trim() } }))) return;
    draft.discard();
    setDone(true);
  };
  return (
    <section aria-labelledby="propose">
      <h2 id="propose">{t('propose.title')}</h2>
      <p>{t('propose.what')}</p>
      <DraftKeeper draft={draft} />
      {done && <Alert role="status" type="success" showIcon title={t('propose.done')} />}
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <RoleBoxes label={t('propose.grant')} value={grant} faults={write.error?.faultsOf('proposal.grant', true) ?? []}
          set={(to) => draft.set((old) => ({ ...old, grant: to }))} />
        <RoleBoxes label={t('propose.withdraw')} value={withdraw} faults={write.error?.faultsOf('proposal.withdraw', true) ?? []}
          set={(to) => draft.set((old) => ({ ...old, withdraw: to }))} />
        <TextField label={t('propose.reason')} name="proposal.reason" error={write.error} rows={3} max={500} value={reason}
          set={(to) => draft.set((old) => ({ ...old, reason: to }))} required />
        <ErrorPanel error={write.error} />
        <Button type="primary" htmlType="submit" loading={write.busy}
          disabled={reason.trim() === '' || grant.length + withdraw.length === 0}>{t('propose.send')}</Button>
      </form>
    </section>
  );
}
