// SPDX-License-Identifier: Apache-2.0
// One node's application: what was declared, its keys, and the security administrator's decision.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Alert, Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { LIVE, useCall } from '@/api';
import {
  type Key, NodeApplication_State as State, type NodeApplication,
} from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useFormat } from '@/i18n/format';
import { useMay, usePerson } from '@/session/person';
import { AgencyName, ConfirmAct, Facts, Page, Shown } from '@/ui';
import { DayLeft, DaysLeft } from './days';
import { agencyOf } from './NodesPage';
import { ApplicationState } from './nodes';
import { keyName } from './spki';
import { StandingActs } from './standing';
import { useText } from './texts';
import { suiteKey, useKey } from './words';

export default function NodePage(): ReactNode {
  const t = useText();
  const params = useParams();
  const name = `agencies/${params['id'] ?? ''}/nodes/${params['node'] ?? ''}`;
  const application = useCall(DirectoryService.method.getNodeApplication, { name }, { poll: LIVE });
  return (
    <Page title={name} crumbs={[{ label: t('nodes.title'), to: '/nodes' }]} updated={application.updated}
      onReload={application.reload} loading={application.loading}>
      <Shown read={application}>{(data) => <Application of={data} reload={application.reload} />}</Shown>
    </Page>
  );
}

function Application(props: { of: NodeApplication; reload: () => void }): ReactNode {
  const t = useText();
  const { node, protection, keys, state, ...rest } = props.of;
  const name = node?.name ?? '';
  return (
    <>
      {state === State.RETURNED && (
        <Alert type="warning" showIcon title={t('node.returned', { by: rest.decidedBy })}
          description={<bdi>{rest.returnReason}</bdi>} />
      )}
      <Facts rows={[
        [t('nodes.state'), <ApplicationState key="s" state={state} />],
        [t('nodes.agency'), <AgencyName key="a" name={agencyOf(name)} />],
        [t('nodes.address'), <code key="d">{node?.address}</code>],
        [t('node.hosted'), (node?.hostedAgencies.length ?? 0) > 0 && (
          <ul>{node?.hostedAgencies.map((one) => <li key={one}><AgencyName name={one} /></li>)}</ul>
        )],
        [t('node.applicant'), rest.applicant], [t('node.decidedBy'), rest.decidedBy],
      ]} />
      <section aria-labelledby="node-protection">
        <h2 id="node-protection">{t('protection.title')}</h2>
        <Facts rows={[
          [t('protection.level'), String(protection?.level ?? '')],
          [t('protection.filing'), protection?.filingNumber],
          [t('protection.lastTest'), protection?.lastTestDate],
          [t('protection.nextTest'), protection?.nextTestDate ? <DayLeft key="n" day={protection.nextTestDate} /> : ''],
          [t('protection.contractor'), protection?.contractor || t('protection.ownPeople')],
          [t('protection.contract'), protection?.contract],
          [t('protection.contractEnd'),
            protection?.contractEndDate ? <DayLeft key="c" day={protection.contractEndDate} /> : ''],
        ]} />
      </section>
      <Keys keys={keys} />
      <Decide of={props.of} reload={props.reload} />
      {state === State.APPROVED && <StandingActs name={name} onDone={props.reload} />}
    </>
  );
}

function Decide(props: { of: NodeApplication; reload: () => void }): ReactNode {
  const t = useText();
  const may = useMay();
  const person = usePerson();
  const { state, etag, node, applicant } = props.of;
  const name = node?.name ?? '';
  const { approveNode, returnNode, applyNode } = DirectoryService.method;
  if (state === State.RETURNED && may(applyNode) && person.agency === agencyOf(name)) {
    return <Link to={`/nodes/new?again=${encodeURIComponent(name)}`}><Button type="primary">{t('nodes.again')}</Button></Link>;
  }
  if (state !== State.APPLIED || !may(approveNode)) return null;
  if (applicant === person.name) return <p>{t('node.ownRequest')}</p>;
  return (
    <div className="sw-row">
      <ConfirmAct method={approveNode} label={t('node.approve')} primary onReload={props.reload}
        request={() => ({ name, etag })} onDone={props.reload}>
        <p>{t('node.approveEffect', { keys: props.of.keys.length })}</p>
      </ConfirmAct>
      <ConfirmAct method={returnNode} label={t('node.return')} danger reason={{ max: 1000 }} onReload={props.reload}
        request={(reason) => ({ name, etag, reason })} onDone={props.reload}>
        <p>{t('node.returnEffect')}</p>
      </ConfirmAct>
    </div>
  );
}

function Keys(props: { keys: readonly Key[] }): ReactNode {
  const t = useText();
  const format = useFormat();
  return (
    <section aria-labelledby="node-keys">
      <h2 id="node-keys">{t('keys.title')}</h2>
      <div className="sw-scroll">
        <table className="sw-table">
          <caption className="sw-only-read">{t('keys.title')}</caption>
          <thead><tr>
            {(['keys.name', 'keys.use', 'keys.suite', 'keys.start', 'keys.end'] as const)
              .map((key) => <th key={key} scope="col">{t(key)}</th>)}
          </tr></thead>
          <tbody>
            {props.keys.map((key, index) => (
              <tr key={index}>
                <th scope="row"><KeyName of={key} /></th>
                <td>{t(useKey(key.use))}</td>
                <td>{t(suiteKey(key.suite))}</td>
                <td>{key.startTime === undefined ? t('keys.atOnce') : format.date(key.startTime)}</td>
                <td><DaysLeft end={key.endTime === undefined ? undefined : timestampDate(key.endTime)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

// The key's name as the directory computes it, so that it can be compared with the node's own.
function KeyName(props: { of: Key }): ReactNode {
  const [name, setName] = useState(props.of.name);
  useEffect(() => {
    let wanted = true;
    if (props.of.name === '') void keyName(props.of.spki).then((found) => { if (wanted) setName(found); });
    return () => { wanted = false; };
  }, [props.of]);
  return <code>{name}</code>;
}
