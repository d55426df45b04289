// SPDX-License-Identifier: Apache-2.0
// By which rules findings arise: an article, who answers for it, and what is looked at.
import type { ReactNode } from 'react';
import { useCall } from '@/api';
import type { Detector } from '@/gen/shareway/sharing/v1/finding_pb';
import { SupervisionService } from '@/gen/shareway/sharing/v1/supervision_pb';
import { hasText, useAreaText } from '@/i18n';
import { DataTable, Page, Shown, useUrlText } from '@/ui';
import { ChoiceField } from '@/ui/TextField';
import { useText } from './texts';
import { useClockName } from './words';

export default function DetectorsPage(): ReactNode {
  const t = useText();
  const any = useAreaText('supervision');
  const clock = useClockName();
  const [text, setText] = useUrlText('text');
  const detectors = useCall(SupervisionService.method.listDetectors, {});
  const word = (key: string, name: string): string => (hasText('supervision', `${key}.${name}`) ? any(`${key}.${name}`) : clock(name));
  return (
    <Page title={t('detectors.title')} crumbs={[{ label: t('findings.title'), to: '/findings' }]} updated={detectors.updated}
      onReload={detectors.reload} loading={detectors.loading}>
      <ChoiceField label={t('detectors.text')} name="text" value={text} set={setText}
        choices={[{ value: '', label: t('all') }, { value: 'R25', label: t('detectors.R25') }, { value: 'M16', label: t('detectors.M16') }]} />
      <Shown read={detectors}>{({ detectors: all }) => (
        <DataTable<Detector> caption={t('detectors.title')} rows={all.filter((one) => text === '' || one.text === text)}
          rowKey={({ id }) => id} columns={[
            { key: 'article', title: t('field.article'), render: (one) => <bdi>{one.article}</bdi> },
            { key: 'title', title: t('detectors.about'), render: (one) => <bdi>{one.title}</bdi> },
            { key: 'liable', title: t('detectors.liable'), render: (one) => word('liable', one.liable) },
            { key: 'queries', title: t('detectors.watches'), render: (one) => one.queries.map((query) => (
              <div key={query}>{word('watch', query)}</div>)) },
          ]} />
      )}</Shown>
    </Page>
  );
}
