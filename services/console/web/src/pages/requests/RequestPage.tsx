// SPDX-License-Identifier: Apache-2.0
// One request: where it stands and until when, what is asked, what was answered, who said what.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import {
  Decision_Ground, Decision_Verdict, ReplyExtension_State, ScopeChange_Kind, Supply_State, type SharingRequest,
} from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { useLocale } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { AgencyName, Facts, ObjectLink, Page, Shown, Timeline } from '@/ui';
import { Attachments } from '@/ui/files';
import { Conversation } from './Conversation';
import { RequestActs } from './RequestActs';
import { DueOf, StateOf } from './RequestsPage';
import { ScopeFacts } from './ScopeFacts';
import { formOf } from './form';
import { useText, useWord } from './texts';

export default function RequestPage(): ReactNode {
  const t = useText();
  const locale = useLocale();
  const id = useParams()['id'] ?? '';
  const name = `requests/${id}`;
  const read = useCall(RequestService.method.getRequest, { name }, { poll: LIVE });
  return (
    <Page title={name} updated={read.updated} onReload={read.reload} loading={read.loading} crumbs={[{ label: t('list.title'), to: '/requests' }]}
      actions={read.data !== undefined && (
        <Button href={`/print/requests/${encodeURIComponent(id)}?lang=${locale}`} target="_blank" rel="noopener">{t('page.print')}</Button>)}>
      <Shown read={read}>{(request) => <One request={request} onReload={read.reload} />}</Shown>
    </Page>
  );
}

function One(props: { request: SharingRequest; onReload: () => void }): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const { request, onReload } = props;
  const { change, extension, supplement, supply } = request;
  const resource = useCall(CatalogService.method.getResource, { name: request.resource, revision: request.resourceRevision },
    { when: request.resource !== '' });
  return (
    <>
      <section aria-labelledby="where">
        <h2 id="where">{t('page.where')}</h2>
        <Facts rows={[
          [t('field.state'), <StateOf key="s" state={request.state} />],
          [t('field.due'), <DueOf key="d" request={request} />],
          [t('field.promised'), request.promisedDueTime === undefined ? '' : format.time(request.promisedDueTime)],
          [t('field.resource'), <ObjectLink key="r" name={request.resource}>{resource.data?.title ?? request.resource}</ObjectLink>],
          [t('field.shareClass'), request.shareClass === ShareClass.SHARE_CLASS_UNSPECIFIED ? '' : word('shareClass', ShareClass[request.shareClass])],
          [t('field.consumer'), <AgencyName key="c" name={request.consumer} />],
          [t('field.provider'), <AgencyName key="p" name={request.provider} />],
          [t('field.applicant'), request.applicant],
          [t('field.change'), change === undefined || change.kind === ScopeChange_Kind.KIND_UNSPECIFIED ? '' : (
            <span key="g">{word('change', ScopeChange_Kind[change.kind])} <ObjectLink name={change.grant} />
              {change.thirdParty !== '' && <> <AgencyName name={change.thirdParty} /></>}</span>)],
          [t('field.grant'), request.grant === '' ? '' : <ObjectLink key="gr" name={request.grant} />],
          [t('field.profile'), request.profile],
          [t('field.article'), request.article],
        ]} />
        {request.supersededDueDates.length > 0 && (
          <ul>{request.supersededDueDates.map((one) => (
            <li key={one.dueDate}>{t('page.superseded', { day: format.day(one.dueDate) })} <bdi>{one.reason}</bdi></li>))}</ul>
        )}
      </section>
      <RequestActs request={request} onReload={onReload} />
      <section aria-labelledby="asked">
        <h2 id="asked">{t('page.asked')}</h2>
        <ScopeFacts form={formOf(request)} resource={resource.data} />
      </section>
      {supplement !== undefined && (
        <section aria-labelledby="supplement">
          <h2 id="supplement">{t('page.supplement')}</h2>
          <p>{t('page.supplementDue', { day: format.day(supplement.dueDate) })}</p>
          <dl className="sw-facts">
            {supplement.items.map((one) => [
              <dt key={`${one.subject} t`}><bdi>{one.subject}</bdi></dt>,
              <dd key={`${one.subject} d`}><bdi>{one.missing}</bdi>{one.answer !== '' && <p>{t('page.answered')} <bdi>{one.answer}</bdi></p>}</dd>,
            ])}
          </dl>
        </section>
      )}
      {extension !== undefined && (
        <section aria-labelledby="extension">
          <h2 id="extension">{t('page.extension')}</h2>
          <Facts rows={[
            [t('field.state'), word('extension', ReplyExtension_State[extension.state])],
            [t('page.days'), format.number(extension.days)],
            [t('field.reason'), extension.reason],
            [t('page.answer'), extension.answer],
          ]} />
        </section>
      )}
      <Answer request={request} label={(one) => resource.data?.items.find((item) => item.id === one)?.name ?? one} />
      {supply !== undefined && supply.state !== Supply_State.STATE_UNSPECIFIED && (
        <section aria-labelledby="supply">
          <h2 id="supply">{t('page.supply')}</h2>
          <Facts rows={[
            [t('field.state'), word('supply', Supply_State[supply.state])],
            [t('page.supplyDue'), format.day(supply.dueDate)],
            [t('page.reported'), format.time(supply.reportTime)],
            [t('page.confirmed'), format.time(supply.confirmTime)],
            [t('page.exchange'), supply.exchange],
            [t('page.disputed'), supply.disputeReason],
          ]} />
        </section>
      )}
      <Attachments subject={request.name} />
      <Conversation request={request.name} />
      <section aria-labelledby="steps">
        <h2 id="steps">{t('page.steps')}</h2>
        <Timeline label={t('page.steps')} events={request.steps.map((step, at) => ({
          key: `${at}`, at: step.time === undefined ? undefined : timestampDate(step.time),
          title: word('action', step.action), by: step.actor, text: step.note === '' ? undefined : <bdi>{step.note}</bdi>,
        }))} />
      </section>
    </>
  );
}

function Answer(props: { request: SharingRequest; label: (item: string) => string }): ReactNode {
  const t = useText();
  const word = useWord();
  const { decision } = props.request;
  if (decision === undefined || decision.verdict === Decision_Verdict.VERDICT_UNSPECIFIED) return null;
  return (
    <section aria-labelledby="answer">
      <h2 id="answer">{t('page.decision')}</h2>
      <Facts rows={[
        [t('page.verdict'), word('verdict', Decision_Verdict[decision.verdict])],
        [t('field.reason'), decision.reason],
        [t('page.ground'), decision.ground === Decision_Ground.GROUND_UNSPECIFIED ? '' : word('ground', Decision_Ground[decision.ground])],
        [t('page.condition'), decision.condition],
        [t('page.citation'), decision.citation],
        [t('page.case'), decision.caseRequired ? t('page.caseYes') : ''],
        ...decision.cuts.map(({ subject, reason }) => [t('page.cut', { subject: props.label(subject) }), reason] as const),
      ]} />
    </section>
  );
}
