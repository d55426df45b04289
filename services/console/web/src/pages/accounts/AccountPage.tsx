// SPDX-License-Identifier: Apache-2.0
// One account: what may be done with it now, its person's sessions, proposals and permission file.
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import type { Account } from '@/gen/shareway/console/v1/account_pb';
import { AccountService, type AccountCode } from '@/gen/shareway/console/v1/account_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { useFormat } from '@/i18n/format';
import { useMay, usePerson } from '@/session/person';
import { AgencyName, ConfirmAct, Facts, Page, Shown } from '@/ui';
import { BoundsFields, contractorOf, NO_BOUNDS } from './NewAccountPage';
import { PermissionFile } from './PermissionFile';
import { Propose } from './Propose';
import { Sessions } from './Sessions';
import { AccountState, CodeTold } from './state';
import { useText } from './texts';

// Who may end another's sessions may see them; auditors, who read the account, may not.
const ENDING = [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.ACCOUNT_ADMINISTRATOR];

export default function AccountPage(): ReactNode {
  const t = useText();
  const may = useMay();
  const { name: me, roles } = usePerson();
  const name = `accounts/${useParams()['id'] ?? ''}`;
  const account = useCall(AccountService.method.getAccount, { name }, { poll: LIVE });
  return (
    <Page title={name.slice('accounts/'.length)} crumbs={[{ label: t('list.title'), to: '/accounts' }]}
      updated={account.updated} onReload={account.reload} loading={account.loading}>
      <Shown read={account}>{(data) => (
        <>
          <Record of={data} />
          <Acts of={data} reload={account.reload} />
          {may(AccountService.method.proposeRole) && data.person !== me && <Propose person={data.person} />}
          {(data.person === me || roles.some((role) => ENDING.includes(role))) && <Sessions person={data.person} />}
          <PermissionFile person={data.person} />
        </>
      )}</Shown>
    </Page>
  );
}

function Record(props: { of: Account }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { of } = props;
  return (
    <Facts rows={[
      [t('list.person'), of.person], [t('list.agency'), <AgencyName key="a" name={of.agency} />],
      [t('list.state'), <AccountState key="s" of={of} />],
      [t('contractor.employer'), of.contractor?.employer], [t('contractor.contract'), of.contractor?.contract],
      [t('contractor.endDate'), format.day(of.contractor?.endDate ?? '')],
      [t('account.createdBy'), of.createdBy], [t('account.created'), format.time(of.createTime)],
      [t('list.lastSignIn'), of.lastSignInTime === undefined ? t('never') : format.time(of.lastSignInTime)],
      [t('account.password'), of.passwordTime === undefined ? t('account.noPassword') : format.time(of.passwordTime)],
    ]} />
  );
}

// What the service says may be done now, each a signed act with a reason.
function Acts(props: { of: Account; reload: () => void }): ReactNode {
  const t = useText();
  const { of, reload } = props;
  const { name, etag } = of;
  const [told, setTold] = useState<AccountCode | undefined>();
  const [bounds, setBounds] = useState(of.contractor ?? NO_BOUNDS);
  const can = (action: string): boolean => of.availableActions.includes(action);
  const { method } = AccountService;
  const common = { reason: {}, onReload: reload, request: (reason: string) => ({ name, etag, reason }) };
  return (
    <>
      {told !== undefined && <CodeTold of={told} />}
      <div className="sw-row">
        {can('SuspendAccount') && (
          <ConfirmAct method={method.suspendAccount} label={t('act.suspend')} danger {...common} onDone={reload}>
            <p>{t('act.suspendEffect')}</p></ConfirmAct>)}
        {can('ResumeAccount') && (
          <ConfirmAct method={method.resumeAccount} label={t('act.resume')} {...common} onDone={reload}>
            <p>{t('act.resumeEffect')}</p></ConfirmAct>)}
        {can('ResetPassword') && (
          <ConfirmAct method={method.resetPassword} label={t('act.reset')} {...common}
            onDone={(answer) => { setTold(answer); reload(); }}><p>{t('act.resetEffect')}</p></ConfirmAct>)}
        {can('AdjustAccount') && (
          <ConfirmAct method={method.adjustAccount} label={t('act.adjust')} {...common} onDone={reload}
            request={(reason) => ({ name, etag, reason, ...contractorOf(
              { employer: bounds.employer, contract: bounds.contract, endDate: bounds.endDate }) })}>
            <BoundsFields path="contractor" value={bounds} set={setBounds} error={undefined} /></ConfirmAct>)}
        {can('CancelAccount') && (
          <ConfirmAct method={method.cancelAccount} label={t('act.cancel')} danger {...common} onDone={reload}>
            <p>{t('act.cancelEffect')}</p></ConfirmAct>)}
      </div>
    </>
  );
}
