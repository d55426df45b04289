// SPDX-License-Identifier: Apache-2.0
// What the person may do with a grant now, as the service says by available_actions. All are signed acts.
import type { ReactNode } from 'react';
import { namesOf } from '@/api';
import {
  EndGround, RevokeGround, SuspendGround, type Grant, type RevokeGrantResponse,
} from '@/gen/shareway/sharing/v1/grant_pb';
import { GrantService } from '@/gen/shareway/sharing/v1/grant_service_pb';
import { useFormat } from '@/i18n/format';
import { ConfirmAct, DraftKeeper, useDraft } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText, useWord } from './texts';

const WAIT_MS = 5000;

export function GrantActions(props: {
  grant: Grant; onChanged: () => void; onRevoked: (answer: RevokeGrantResponse) => void;
}): ReactNode {
  const t = useText();
  const word = useWord();
  const format = useFormat();
  const { grant, onChanged } = props;
  const { name } = grant;
  const { method } = GrantService;
  const draft = useDraft('act', { ground: '', reason: '', document: '', endDate: '' });
  const { value } = draft;
  const can = (action: string): boolean => grant.availableActions.includes(action);
  const done = (): void => { draft.discard(); onChanged(); };
  const common = { onDone: done, onReload: onChanged };
  const put = (field: keyof typeof value) => (text: string): void => draft.set((old) => ({ ...old, [field]: text }));
  const ground = (group: string, type: object): ReactNode => (
    <ChoiceField label={t('act.ground')} name="ground" value={value.ground} set={put('ground')} required
      choices={[{ value: '', label: t('act.choose') }, ...namesOf(type).map((key) => ({ value: key, label: word(group, key) }))]} />
  );
  const reason = <TextField label={t('act.reason')} name="reason" value={value.reason} set={put('reason')} rows={4} max={1000} required />;
  return (
    <>
      <DraftKeeper draft={draft} />
      <div className="sw-row">
        {can('AcceptTerms') && (
          <ConfirmAct method={method.acceptTerms} label={t('act.accept')} primary {...common} request={() => ({ name })}>
            <p>{t('act.acceptText')}</p>
            <ul>{grant.terms.map((term) => <li key={term}><bdi>{term}</bdi></li>)}</ul>
          </ConfirmAct>
        )}
        {can('AskRenewal') && (
          <ConfirmAct method={method.askRenewal} label={t('act.askRenewal')} {...common}
            request={() => ({ name, endDate: value.endDate, reason: value.reason.trim() })}>
            <TextField label={t('act.endDate')} name="end_date" type="date" value={value.endDate} set={put('endDate')} required />
            {reason}
          </ConfirmAct>
        )}
        {can('RenewGrant') && (
          <ConfirmAct method={method.renewGrant} label={t('act.renew', { day: format.day(grant.askedEndDate) })} primary {...common}
            request={() => ({ name, endDate: grant.askedEndDate })}>
            <p>{t('act.renewText')}</p>
            <p><bdi>{grant.askedReason}</bdi></p>
          </ConfirmAct>
        )}
        {can('DeclineRenewal') && (
          <ConfirmAct method={method.declineRenewal} label={t('act.decline')} {...common}
            request={() => ({ name, reason: value.reason.trim() })}>{reason}</ConfirmAct>
        )}
        {can('ResumeGrant') && (
          <ConfirmAct method={method.resumeGrant} label={t('act.resume')} {...common}
            request={() => ({ name, reason: value.reason.trim() })}>{reason}</ConfirmAct>
        )}
        {can('SuspendGrant') && (
          <ConfirmAct method={method.suspendGrant} label={t('act.suspend')} danger {...common}
            request={() => ({ name, reason: value.reason.trim(),
              ground: SuspendGround[value.ground as keyof typeof SuspendGround] ?? SuspendGround.SUSPEND_GROUND_UNSPECIFIED })}>
            <p>{t('act.suspendText')}</p>
            {ground('suspendGround', SuspendGround)}
            {reason}
          </ConfirmAct>
        )}
        {can('RevokeGrant') && (
          <ConfirmAct method={method.revokeGrant} label={t('act.revoke')} danger onReload={onChanged}
            onDone={(answer) => { props.onRevoked(answer); done(); }}
            request={() => ({ name, document: value.document.trim(), waitMs: WAIT_MS,
              ground: RevokeGround[value.ground as keyof typeof RevokeGround] ?? RevokeGround.REVOKE_GROUND_UNSPECIFIED })}>
            <p>{t('act.revokeText')}</p>
            {ground('revokeGround', RevokeGround)}
            <TextField label={t('act.document')} name="document" value={value.document} set={put('document')} max={500}
              hint={t('act.documentHint')} required />
          </ConfirmAct>
        )}
        {can('EndGrant') && (
          <ConfirmAct method={method.endGrant} label={t('act.end')} danger {...common}
            request={() => ({ name, reason: value.reason.trim(),
              ground: EndGround[value.ground as keyof typeof EndGround] ?? EndGround.END_GROUND_UNSPECIFIED })}>
            <p>{t('act.endText')}</p>
            {ground('endGround', EndGround)}
            {reason}
          </ConfirmAct>
        )}
      </div>
    </>
  );
}
