// SPDX-License-Identifier: Apache-2.0
// One mandate: who may read what of whom, under which document; its early end.
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, hexOf, useCall } from '@/api';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, ConfirmAct, Facts, Page, Shown } from '@/ui';
import { today } from './days';
import { MandateStatus, mandateState } from './mandates';
import { useText } from './texts';

export default function MandatePage(): ReactNode {
  const t = useText();
  const may = useMay();
  const format = useFormat();
  const name = `mandates/${useParams()['id'] ?? ''}`;
  const mandate = useCall(DirectoryService.method.getMandate, { name }, { poll: LIVE });
  return (
    <Page title={mandate.data?.documentNumber ?? name} crumbs={[{ label: t('mandates.title'), to: '/mandates' }]}
      updated={mandate.updated} onReload={mandate.reload} loading={mandate.loading}>
      <Shown read={mandate}>{(data) => (
        <>
          <Facts rows={[
            [t('mandates.state'), <MandateStatus key="s" mandate={data} />],
            [t('mandates.issuer'), data.issuer],
            [t('mandates.from'), format.day(data.startDate)], [t('mandates.to'), format.day(data.endDate)],
            [t('mandates.digest'), <code key="d" className="sw-code">{hexOf(data.documentDigest)}</code>],
            [t('mandates.registered'), format.time(data.createTime)],
            [t('mandates.ended'), format.time(data.endedTime)], [t('mandates.endedReason'), data.endedReason],
          ]} />
          <h2 id="mandate-people">{t('mandates.supervisors')}</h2>
          <ul aria-labelledby="mandate-people">
            {data.supervisors.map((person) => <li key={person}><bdi>{person}</bdi></li>)}
          </ul>
          <h2 id="mandate-agencies">{t('mandates.agencies')}</h2>
          <ul aria-labelledby="mandate-agencies">
            {data.agencies.map((agency) => <li key={agency}><AgencyName name={agency} /></li>)}
          </ul>
          {may(DirectoryService.method.endMandate) &&
            ['toCome', 'inForce'].includes(mandateState(data, today())) && (
            <ConfirmAct method={DirectoryService.method.endMandate} label={t('mandates.end')} danger reason={{}}
              request={(reason) => ({ name, reason })} onReload={mandate.reload} onDone={mandate.reload}>
              <p>{t('mandates.endEffect')}</p>
            </ConfirmAct>
          )}
        </>
      )}</Shown>
    </Page>
  );
}
