// SPDX-License-Identifier: Apache-2.0
// What lies in the person's inbox, by view, and one decision on many of them.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { LIVE, useCall, usePages } from '@/api';
import { ListRequestsRequest_View as View } from '@/gen/shareway/sharing/v1/request_message_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import type { BatchDecideResponse, Inbox_Count } from '@/gen/shareway/sharing/v1/inbox_pb';
import {
  Decision_Verdict, SharingRequest_State as State, type SharingRequest,
} from '@/gen/shareway/sharing/v1/sharing_request_pb';
import { AgencyName, Clock, ConfirmAct, DataTable, ObjectLink, Page, Shown, Status, useUrlText } from '@/ui';
import { useText, useWord } from './texts';

const { method } = RequestService;
const VIEWS = ['MINE', 'DUE', 'OVERDUE', 'WAITING'] as const;
const MOST = 100;

/** The page where it is decided. */
export const deskPath = (name: string): string => `/inbox/${encodeURIComponent(name.slice('requests/'.length))}`;

/** The clock that runs: that of the authority's check, or of the provider's reply. */
export function DueOf(props: { request: SharingRequest }): ReactNode {
  const { request } = props;
  const checked = request.state === State.AUTHORITY_CHECK;
  const due = checked ? request.checkDueDate : request.dueDate;
  if (due === '') return null;
  return <Clock due={due} daysLeft={request.workingDaysLeft} provisional={request.dueProvisional} />;
}

export default function InboxPage(): ReactNode {
  const t = useText();
  const word = useWord();
  const go = useNavigate();
  const [asked, setView] = useUrlText('view', 'MINE');
  const view = VIEWS.find((one) => one === asked) ?? 'MINE';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<BatchDecideResponse>();
  const counts = useCall(method.getInbox, {}, { poll: LIVE });
  const requests = usePages(method.listRequests, { pageSize: 100, view: View[view] }, (r) => r.requests, { poll: LIVE });
  const decidable = (requests.data ?? []).filter((one) => one.availableActions.includes('DecideRequest'));
  const reload = (): void => { requests.reload(); counts.reload(); };
  const told = (count: Inbox_Count | undefined): string => (count === undefined ? ''
    : ` (${count.more ? t('list.more', { count: count.requests }) : String(count.requests)})`);
  const of = { MINE: counts.data?.mine, DUE: counts.data?.due, OVERDUE: counts.data?.overdue, WAITING: counts.data?.waiting };
  return (
    <Page title={t('list.title')} updated={requests.updated} onReload={reload} loading={requests.loading}>
      <div className="sw-row" role="group" aria-label={t('list.views')}>
        {VIEWS.map((one) => (
          <Button key={one} aria-pressed={one === view} type={one === view ? 'primary' : 'default'}
            onClick={() => { setChosen(new Set()); setView(one); }}>{`${t(`view.${one}`)}${told(of[one])}`}</Button>
        ))}
      </div>
      <Shown read={requests}>
        {(rows) => (
          <DataTable caption={t('list.title')} rows={rows} rowKey={(one) => one.name} hasMore={requests.hasMore}
            onMore={requests.more} loading={requests.loading} empty={<p>{t('list.none')}</p>}
            onOpen={(one) => void go(deskPath(one.name))}
            {...(decidable.length === 0 ? {} : { selected: chosen, onSelect: setChosen })}
            columns={[
              { key: 'name', title: t('list.name'), render: (one) => <Link to={deskPath(one.name)}><bdi>{one.name}</bdi></Link> },
              { key: 'consumer', title: t('field.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
              { key: 'resource', title: t('field.resource'), render: (one) => <ObjectLink name={one.resource} /> },
              { key: 'state', title: t('field.state'), render: (one) => <Status tone="plain">{word('state', State[one.state])}</Status> },
              { key: 'due', title: t('field.due'), render: (one) => <DueOf request={one} /> },
            ]} />
        )}
      </Shown>
      {done !== undefined && (
        <div role="status">
          <p>{t('batch.done', { count: done.decided })}</p>
          <ul>{done.results.filter((one) => one.reason !== '').map((one) => (
            <li key={one.name}><bdi>{`${one.name} ${one.message === '' ? one.reason : one.message}`}</bdi></li>))}</ul>
        </div>
      )}
      {chosen.size > 0 && (
        <Batch key={[...chosen].sort().join(' ')} requests={decidable.filter((one) => chosen.has(one.name))}
          onReload={() => { setChosen(new Set()); reload(); }}
          onDone={(answer) => { setDone(answer); setChosen(new Set()); reload(); }} />
      )}
    </Page>
  );
}

// One approval of many: first a look at what would happen to each, then the act. The service asks a
// signature for the look, too.
function Batch(props: { 
  requests: readonly SharingRequest[]; onReload: () => void; onDone: (answer: BatchDecideResponse) => void;
}): ReactNode {
  const t = useText();
  const [seen, setSeen] = useState<{ answer: BatchDecideResponse; items: { name: string; etag: string }[] }>();
  const decision = { verdict: Decision_Verdict.APPROVE };
  const items = props.requests.map(({ name, etag }) => ({ name, etag }));
  const good = new Set((seen?.answer.results ?? []).filter((one) => one.reason === '').map((one) => one.name));
  return (
    <section aria-labelledby="batch">
      <h2 id="batch">{t('batch.title')}</h2>
      <p role="status">{t('batch.chosen', { count: items.length })} {items.length > MOST && t('batch.most')}</p>
      {items.length > 0 && items.length <= MOST && (
        <ConfirmAct method={method.batchDecide} label={t('batch.preview')} onReload={props.onReload}
          onDone={(answer) => setSeen({ answer, items })} request={() => ({ items, decision, validateOnly: true })} />
      )}
      {seen !== undefined && (
        <>
          <table className="sw-table">
            <caption>{t('batch.result')}</caption>
            <tbody>
              {seen.answer.results.map((one) => (
                <tr key={one.name}>
                  <th scope="row"><bdi>{one.name}</bdi></th>
                  <td><Status tone={one.reason === '' ? 'good' : 'bad'}>{t(one.reason === '' ? 'batch.would' : 'batch.wouldNot')}</Status></td>
                  <td><bdi>{one.message === '' ? one.reason : one.message}</bdi></td>
                </tr>
              ))}
            </tbody>
          </table>
          {good.size > 0 && (
            <ConfirmAct method={method.batchDecide} label={t('batch.sign')} primary onReload={props.onReload} onDone={props.onDone}
              request={() => ({ items: seen.items.filter((one) => good.has(one.name)), decision })}>
              <p>{t('batch.text', { count: good.size })}</p>
            </ConfirmAct>
          )}
        </>
      )}
    </section>
  );
}
