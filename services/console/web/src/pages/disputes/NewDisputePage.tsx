// SPDX-License-Identifier: Apache-2.0
// Opens a dispute over what came of a request, or another subject.
import { Button, Checkbox } from 'antd';
import { useState, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useCall, useWrite } from '@/api';
import { Dispute_Matter as Matter, DisputeService } from '@/gen/shareway/sharing/v1/dispute_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { DraftKeeper, ErrorPanel, ObjectLink, Page, objectPath, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const OF_REQUESTS = ['REFUSAL', 'CUTS', 'LATE_SUPPLY'] as const;

export default function NewDisputePage(): ReactNode {
  const t = useText();
  const go = useNavigate();
  const [query] = useSearchParams();
  const draft = useDraft('dispute', { subject: query.get('subject') ?? '', claim: '', matter: '', cuts: [] as readonly string[] });
  const write = useWrite(DisputeService.method.openDispute);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const { error } = write;
  const subject = value.subject.trim();
  const ofRequest = /^requests\/[^/]+$/.test(subject);
  const request = useCall(RequestService.method.getRequest, { name: subject }, { when: ofRequest });
  const matter = OF_REQUESTS.find((one) => one === value.matter);
  const cuts = ofRequest ? request.data?.decision?.cuts ?? [] : [];
  const put = (change: Partial<typeof value>): void => { setChecked(false); draft.set((old) => ({ ...old, ...change })); };
  const send = async (validateOnly: boolean): Promise<void> => {
    const made = await write.run({
      subject, claim: value.claim.trim(), validateOnly, cuts: cuts.map((one) => one.subject).filter((one) => value.cuts.includes(one)),
      ...(matter === undefined || !ofRequest ? {} : { matter: Matter[matter] }),
    });
    if (made === undefined) return;
    if (validateOnly) { setChecked(true); return; }
    draft.discard();
    void go(objectPath(made.name));
  };
  const empty = subject === '' || value.claim.trim() === '';
  return (
    <Page title={t('open.title')} crumbs={[{ label: t('list.title'), to: '/disputes' }]}>
      <p>{t('open.text')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void send(false); }}>
        <TextField label={t('open.subject')} name="subject" value={value.subject} error={error} required hint={t('open.subjectHint')} set={(to) => put({ subject: to })} />
        {ofRequest && request.data !== undefined && (
          <>
            <p><ObjectLink name={subject} /> · <ObjectLink name={request.data.resource} /></p>
            <ChoiceField label={t('open.matter')} name="matter" value={value.matter} error={error} set={(to) => put({ matter: to })}
              choices={[{ value: '', label: t('open.any') }, ...OF_REQUESTS.map((one) => ({ value: one, label: t(`matter.${one}`) }))]} />
          </>
        )}
        {cuts.length > 0 && matter !== 'REFUSAL' && matter !== 'LATE_SUPPLY' && (
          <fieldset className="sw-card">
            <legend>{t('open.cuts')}</legend>
            <p className="sw-hint">{t('open.cutsHint')}</p>
            {cuts.map((one) => (
              <div key={one.subject}>
                <Checkbox checked={value.cuts.includes(one.subject)} onChange={(event) => put({
                  cuts: event.target.checked ? [...value.cuts, one.subject] : value.cuts.filter((each) => each !== one.subject) })}>
                  <bdi>{one.subject}</bdi> · <bdi>{one.reason}</bdi>
                </Checkbox>
              </div>
            ))}
          </fieldset>
        )}
        <TextField label={t('open.claim')} name="claim" value={value.claim} error={error} required rows={6} max={2000} set={(to) => put({ claim: to })} />
        {checked && <p role="status">{t('open.checked')}</p>}
        <ErrorPanel error={error} />
        <p className="sw-row">
          <Button type="primary" htmlType="submit" loading={write.busy} disabled={empty}>{t('open.send')}</Button>
          <Button loading={write.busy} disabled={empty} onClick={() => void send(true)}>{t('open.check')}</Button>
        </p>
      </form>
    </Page>
  );
}
