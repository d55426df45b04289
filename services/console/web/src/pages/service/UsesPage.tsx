// SPDX-License-Identifier: Apache-2.0
// What the own agency recorded of its use of others' data; who read that; and reading it at another agency.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { usePages, useWrite } from '@/api';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import type { UseRecord } from '@/gen/shareway/sharing/v1/use_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, DraftKeeper, ErrorPanel, ObjectLink, Page, Shown, useDraft, useUrlText } from '@/ui';
import { TextField } from '@/ui/TextField';
import { useText } from './texts';

const { method } = GrantService;

export default function UsesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const go = useNavigate();
  const may = useMay();
  const [grant, setGrant] = useUrlText('grant');
  const uses = usePages(method.listUses, { pageSize: 100, grant: grant.trim() }, (r) => r.uses);
  const inspections = usePages(method.listInspections, { pageSize: 100, grant: grant.trim() }, (r) => r.inspections);
  return (
    <Page title={t('uses.title')} updated={uses.updated} onReload={() => { uses.reload(); inspections.reload(); }} loading={uses.loading}
      actions={may(method.reportUse) && <Button type="primary" onClick={() => void go('/uses/new')}>{t('uses.new')}</Button>}>
      <TextField label={t('field.grant')} name="grant" value={grant} error={uses.error} set={setGrant} hint={t('uses.grantHint')} />
      <Shown read={uses}>
        {(rows) => <Table rows={rows} hasMore={uses.hasMore} onMore={uses.more} loading={uses.loading} caption={t('uses.own')} />}
      </Shown>
      <section aria-labelledby="read">
        <h2 id="read">{t('uses.inspections')}</h2>
        <Shown read={inspections}>
          {(rows) => (
            <DataTable caption={t('uses.inspections')} rows={rows} rowKey={(one) => one.name} hasMore={inspections.hasMore} onMore={inspections.more}
              loading={inspections.loading} empty={<p>{t('uses.noInspections')}</p>}
              columns={[
                { key: 'time', title: t('field.time'), render: (one) => format.time(one.createTime) },
                { key: 'grant', title: t('field.grant'), render: (one) => <ObjectLink name={one.grant} /> },
                { key: 'by', title: t('uses.by'), render: (one) => <AgencyName name={one.inspectingAgency} /> },
                { key: 'reason', title: t('field.reason'), render: (one) => <bdi>{one.reason}</bdi> },
                { key: 'count', title: t('uses.count'), number: true, render: (one) => format.number(one.recordCount) },
              ]} />
          )}
        </Shown>
      </section>
      {may(method.inspectUse) && <Inspect grant={grant} onDone={inspections.reload} />}
    </Page>
  );
}

function Table(props: { rows: readonly UseRecord[]; caption: string; hasMore?: boolean; onMore?: () => void; loading?: boolean }): ReactNode {
  const t = useText();
  const format = useFormat();
  return (
    <DataTable<UseRecord> caption={props.caption} rows={props.rows} rowKey={(one) => one.name} hasMore={props.hasMore ?? false}
      onMore={props.onMore ?? (() => undefined)} loading={props.loading ?? false} empty={<p>{t('uses.none')}</p>}
      columns={[
        { key: 'period', title: t('uses.period'), render: (one) => `${format.day(one.startDate)} – ${format.day(one.endDate)}` },
        { key: 'grant', title: t('field.grant'), render: (one) => <ObjectLink name={one.grant} /> },
        { key: 'scenario', title: t('uses.scenario'), render: (one) => <bdi>{one.scenario}</bdi> },
        { key: 'process', title: t('uses.process'), render: (one) => <bdi>{one.process}</bdi> },
        { key: 'effect', title: t('uses.effect'), render: (one) => <bdi>{one.effect}</bdi> },
        { key: 'storage', title: t('uses.storage'), render: (one) => <bdi>{one.storage}</bdi> },
        { key: 'destruction', title: t('uses.destruction'), render: (one) => <bdi>{one.destruction}</bdi> },
        { key: 'keep', title: t('uses.keep'), render: (one) => format.day(one.keepDate) },
      ]} />
  );
}

// The provider, or an authority, reads the use records of one grant; the consumer is told who did, and why.
function Inspect(props: { grant: string; onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft('inspect', { grant: props.grant, reason: '' });
  const write = useWrite(method.inspectUse);
  const [seen, setSeen] = useState<readonly UseRecord[]>();
  const { value } = draft;
  const send = async (): Promise<void> => {
    const answer = await write.run({ grant: value.grant.trim(), reason: value.reason.trim() });
    if (answer === undefined) return;
    draft.discard();
    setSeen(answer.uses);
    props.onDone();
  };
  return (
    <section aria-labelledby="inspect">
      <h2 id="inspect">{t('uses.inspect')}</h2>
      <p>{t('uses.inspectText')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextField label={t('uses.inspectGrant')} name="grant" value={value.grant} error={write.error} required set={(grant) => draft.set((old) => ({ ...old, grant }))} />
        <TextField label={t('field.reason')} name="reason" value={value.reason} error={write.error} required rows={3} max={500}
          set={(reason) => draft.set((old) => ({ ...old, reason }))} />
        <ErrorPanel error={write.error} />
        <p><Button htmlType="submit" loading={write.busy} disabled={value.grant.trim() === '' || value.reason.trim() === ''}>{t('uses.inspect')}</Button></p>
      </form>
      {seen !== undefined && <Table rows={seen} caption={t('uses.inspected')} />}
    </section>
  );
}
