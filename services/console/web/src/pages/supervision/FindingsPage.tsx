// SPDX-License-Identifier: Apache-2.0
// Prewarnings and clues, newest first.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, usePages } from '@/api';
import { Finding_State as State, type Finding } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { DataTable, ObjectLink, Page, Shown, objectPath, useUrlText } from '@/ui';
import { AgencyField } from '@/ui/AgencyField';
import { ChoiceField } from '@/ui/TextField';
import { useText } from './texts';
import { BodyName, FINDING_STATES, FindingMark } from './words';

export default function FindingsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const open = useNavigate();
  const [state, setState] = useUrlText('state');
  const [about, setAbout] = useUrlText('about');
  const wanted = FINDING_STATES.find((one) => one === state);
  const findings = usePages(SupervisionService.method.listFindings,
    { pageSize: 50, about: about.trim(), ...(wanted === undefined ? {} : { state: State[wanted] }) },
    (answer) => answer.findings, { poll: LIVE });
  return (
    <Page title={t('findings.title')} updated={findings.updated} onReload={findings.reload} loading={findings.loading}
      actions={(
        <>
          <Link to="/detectors">{t('detectors.title')}</Link>
          {may(SupervisionService.method.openFinding) && <Link to="/findings/new"><Button type="primary">{t('findings.report')}</Button></Link>}
        </>
      )}>
      <p>{t('findings.what')}</p>
      <div className="sw-row">
        <ChoiceField label={t('field.state')} name="state" value={state} set={setState}
          choices={[{ value: '', label: t('all') }, ...FINDING_STATES.map((value) => ({ value, label: t(`finding.${value}`) }))]} />
        <AgencyField label={t('field.about')} name="about" value={about} set={setAbout} error={findings.error} />
      </div>
      <Shown read={findings}>{(rows) => (
        <DataTable<Finding> caption={t('findings.title')} rows={rows} rowKey={({ name }) => name} hasMore={findings.hasMore}
          onMore={findings.more} loading={findings.loading} empty={<p>{t('findings.none')}</p>}
          onOpen={({ name }) => void open(objectPath(name))}
          columns={[
            { key: 'name', title: t('field.finding'), render: ({ name, summary }) => <ObjectLink name={name}>{summary.slice(0, 60)}</ObjectLink> },
            { key: 'state', title: t('field.state'), render: (one) => <FindingMark state={one.state} /> },
            { key: 'about', title: t('field.about'), render: (one) => <BodyName name={one.about} /> },
            { key: 'article', title: t('field.article'), render: (one) => <bdi>{one.article}</bdi> },
            { key: 'due', title: t('field.due'), render: (one) => format.day(one.dueDate) },
            { key: 'time', title: t('field.opened'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
    </Page>
  );
}
