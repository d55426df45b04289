// SPDX-License-Identifier: Apache-2.0
// Proposals of roles, and the security administrator's decision: four eyes.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Modal, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, usePages, useWrite } from '@/api';
import { RoleProposal_State as State, type RoleProposal } from '@/gen/shareway/console/v1/account_pb';
import { AccountService } from '@/gen/shareway/console/v1/account_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay, usePerson } from '@/session/person';
import { DataTable, ErrorPanel, NotSignedPanel, Page, ReasonDialog, Shown, Status, useUrlText } from '@/ui';
import { RoleNames } from '@/ui/roles';
import { TextField } from '@/ui/TextField';
import { useAssign } from './assign';
import { useText } from './texts';

export default function ProposalsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const { id } = useParams();
  const [waiting, setWaiting] = useUrlText('waiting');
  const proposals = usePages(AccountService.method.listRoleProposals, { pageSize: 200 },
    (answer) => answer.proposals, { poll: LIVE });
  const match = (one: RoleProposal): boolean => (id === undefined || one.name === `roleProposals/${id}`) &&
    (waiting === '' || one.state === State.PROPOSED);
  return (
    <Page title={t('proposals.title')} updated={proposals.updated} onReload={proposals.reload} loading={proposals.loading}>
      <label><input type="checkbox" checked={waiting !== ''} onChange={(event) => setWaiting(event.target.checked ? '1' : '')} />
        {' '}{t('proposals.waiting')}</label>
      <Shown read={proposals}>{(rows) => (
        <DataTable<RoleProposal> caption={t('proposals.title')} rows={rows.filter(match)} rowKey={(one) => one.name}
          hasMore={proposals.hasMore} onMore={proposals.more} loading={proposals.loading}
          columns={[
            { key: 'person', title: t('list.person'), render: (one) => <bdi>{one.person}</bdi> },
            { key: 'grant', title: t('propose.grant'), render: (one) => <RoleNames roles={one.grant} /> },
            { key: 'withdraw', title: t('propose.withdraw'), render: (one) => <RoleNames roles={one.withdraw} /> },
            { key: 'reason', title: t('propose.reason'), render: (one) => <bdi>{one.reason}</bdi> },
            { key: 'by', title: t('proposals.by'), render: (one) => <><bdi>{one.proposedBy}</bdi> {format.time(one.proposeTime)}</> },
            { key: 'state', title: t('list.state'), render: (one) => <ProposalState of={one} /> },
            { key: 'decide', title: t('proposals.decide'), render: (one) => <Decide of={one} reload={proposals.reload} /> },
          ]} />
      )}</Shown>
    </Page>
  );
}

function ProposalState(props: { of: RoleProposal }): ReactNode {
  const t = useText();
  const { state, inEffect, decidedBy, declineReason } = props.of;
  if (state === State.PROPOSED) return <Status tone="plain">{t('proposal.PROPOSED')}</Status>;
  if (state === State.DECLINED) return <Status tone="bad">{t('proposal.DECLINED')} · <bdi>{decidedBy} {declineReason}</bdi></Status>;
  return <Status tone={inEffect ? 'good' : 'warn'}>{t(inEffect ? 'proposal.ASSIGNED' : 'proposal.notInEffect')} · <bdi>{decidedBy}</bdi></Status>;
}

function Decide(props: { of: RoleProposal; reload: () => void }): ReactNode {
  const t = useText();
  const may = useMay();
  const me = usePerson().name;
  const { of, reload } = props;
  const decline = useWrite(AccountService.method.declineRole);
  const assign = useAssign();
  const [open, setOpen] = useState(false);
  const [displayName, setDisplayName] = useState('');
  if (of.state !== State.PROPOSED || !may(AccountService.method.assignRole)) return null;
  if (of.proposedBy === me || of.person === me) return <>{t('proposals.own')}</>;
  const decided = of.decidedBy === '' ? undefined
    : { by: of.decidedBy, at: of.decideTime === undefined ? undefined : timestampDate(of.decideTime) };
  return (
    <div className="sw-row">
      <Button type="primary" onClick={() => { assign.clear(); setOpen(true); }}>{t('proposals.assign')}</Button>
      <Modal open={open} title={t('proposals.assign')} onCancel={() => setOpen(false)} destroyOnHidden
        footer={<Button type="primary" loading={assign.busy} disabled={displayName.trim() === ''}
          onClick={async () => { if (await assign.run(of, displayName.trim())) { setOpen(false); reload(); } }}>{t('proposals.sign')}</Button>}>
        <p>{t('proposals.assignEffect')}</p>
        <TextField label={t('proposals.displayName')} name="person.display_name" error={assign.error} max={50}
          hint={t('proposals.displayNameHint')} value={displayName} set={setDisplayName} required />
        <NotSignedPanel why={assign.notSigned} />
        <ErrorPanel error={assign.error} onReload={reload} decided={decided} />
      </Modal>
      <ReasonDialog label={t('proposals.decline')} danger error={decline.error} onReason={async (reason) => {
        const answer = await decline.run({ name: of.name, etag: of.etag, reason });
        if (answer !== undefined) reload();
        return answer !== undefined;
      }} />
    </div>
  );
}
