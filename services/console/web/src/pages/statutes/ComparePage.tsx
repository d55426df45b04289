// SPDX-License-Identifier: Apache-2.0
// What a change of text asks for: the migration report.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useCall, usePages } from '@/api';
import { type MigrationItem, MigrationItem_Kind as Kind, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { AgencyName, DataTable, ErrorPanel, ObjectLink, Page, Shown, saveCsv, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText } from './texts';
import { useClockName } from './words';

const KINDS = ['TERM_CHANGED', 'BASIS_INSUFFICIENT', 'FIELD_MISSING', 'GRANT_WITHOUT_RECORD', 'REQUEST_RUNNING'] as const;

export default function ComparePage(): ReactNode {
  const t = useText();
  const clock = useClockName();
  const [from, setFrom] = useUrlText('from');
  const [to, setTo] = useUrlText('to');
  const profiles = useCall(StatuteService.method.listProfiles, { pageSize: 1000 });
  const report = usePages(StatuteService.method.compareProfiles, { from, to, pageSize: 200 },
    (answer) => answer.items, { when: from !== '' && to !== '' && from !== to });
  const choices = [{ value: '', label: t('compare.choose') },
    ...(profiles.data?.profiles ?? []).map((one) => ({ value: one.name, label: `${one.title} · ${one.name}` }))];
  const kind = (one: MigrationItem): string => {
    const key = KINDS.find((name) => Kind[name] === one.kind);
    return key === undefined ? String(one.kind) : t(`compare.${key}`);
  };
  return (
    <Page title={t('compare.title')} updated={report.updated} onReload={report.reload} loading={report.loading}>
      <ErrorPanel error={profiles.error} onRetry={profiles.reload} />
      <div className="sw-row">
        <ChoiceField label={t('compare.from')} name="from" value={from} set={setFrom} choices={choices} />
        <ChoiceField label={t('compare.to')} name="to" value={to} set={setTo} choices={choices} />
      </div>
      {from !== '' && to !== '' && from !== to && (
        <Shown read={report}>{(rows) => (
          <>
            <DataTable<MigrationItem> caption={t('compare.title')} rows={rows} rowKey={(one) => `${one.kind} ${one.subject}`}
              hasMore={report.hasMore} onMore={report.more} loading={report.loading} empty={<p>{t('compare.none')}</p>}
              columns={[
                { key: 'kind', title: t('compare.kind'), render: kind },
                { key: 'subject', title: t('compare.subject'), render: (one) => (one.kind === Kind.TERM_CHANGED
                  ? clock(one.subject) : <ObjectLink name={one.subject} />) },
                { key: 'provider', title: t('compare.provider'), render: (one) => <AgencyName name={one.provider} /> },
                { key: 'present', title: t('compare.present'), render: (one) => <bdi>{one.present}</bdi> },
                { key: 'wanted', title: t('compare.wanted'), render: (one) => <bdi>{[one.wanted, ...one.fields].join(' ')}</bdi> },
                { key: 'article', title: t('terms.article'), render: (one) => <bdi>{one.article}</bdi> },
              ]} />
            <Button onClick={() => saveCsv(t('compare.title'),
              [t('compare.kind'), t('compare.subject'), t('compare.provider'), t('compare.present'), t('compare.wanted'), t('terms.article')],
              rows.map((one) => [kind(one), one.subject, one.provider, one.present, [one.wanted, ...one.fields].join(' '), one.article]))}>
              {t('compare.save')}</Button>
          </>
        )}</Shown>
      )}
    </Page>
  );
}
