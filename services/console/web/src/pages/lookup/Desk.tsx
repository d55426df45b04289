// SPDX-License-Identifier: Apache-2.0
// Asks the node for one record. What is typed here is about people: unlike other forms it is kept in
// no draft, and goes with the page.
import { Alert, Button, Input, Radio } from 'antd';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useApi, usePages, useWrite, type ApiError } from '@/api';
import { newRequestId } from '@/api/request';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import { ExchangeService } from '@/gen/shareway/exchange/v1/exchange_service_pb';
import type { Grant } from '@/gen/shareway/sharing/v1/grant_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { hasText } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { usePerson } from '@/session/person';
import { EmptyState, ErrorPanel, Field, Shown } from '@/ui';
import { GrantState } from './GrantState';
import { Result, SHOWN_MS, type Answered } from './Result';
import { filled, Rows, type Row } from './Rows';
import { useText } from './texts';

const EMPTY: readonly Row[] = [{ item: '', value: '' }];
const MOST_CONDITIONS = 16;
const MOST_CLAIMS = 50;
const WAYS = [Method.QUERY, Method.VERIFY] as const;
type Way = (typeof WAYS)[number];

const waysOf = (grant: Grant): Way[] => WAYS.filter((way) => grant.methods.includes(way));

export function Desk(): ReactNode {
  const t = useText();
  const grants = usePages(ExchangeService.method.listGrants, { pageSize: 200 }, (r) => r.grants);
  const [chosen, setChosen] = useState('');
  return (
    <Shown read={grants}>{(all) => {
      const usable = all.filter((grant) => waysOf(grant).length > 0);
      const grant = usable.find((one) => one.name === chosen);
      return (
        <>
          {usable.length === 0 && !grants.hasMore ? <EmptyState text={t('grants.none')} /> : (
            <Field label={t('form.grant')} name="grant" required>{({ status: _, ...control }) => (
              <select {...control} value={chosen} onChange={(event) => setChosen(event.target.value)}>
                <option value="">{t('form.choose')}</option>
                {usable.map((one) => (
                  <option key={one.name} value={one.name}>
                    {`${one.name} · ${t('form.from', { resource: one.resource, provider: one.provider })}`}
                  </option>
                ))}
              </select>)}
            </Field>
          )}
          {grants.hasMore && <Button onClick={grants.more} loading={grants.loading}>{t('grants.more')}</Button>}
          {/* Another grant is another form: nothing typed for one goes to the next. */}
          {grant !== undefined && <Asking key={grant.name} grant={grant} />}
        </>
      );
    }}</Shown>
  );
}

function Advice(props: { error: ApiError | undefined }): ReactNode {
  const t = useText();
  const key = `advice.${props.error?.reason ?? ''}`;
  if (props.error === undefined || props.error.reason === '' || !hasText('lookup', key)) return null;
  return <Alert type="info" showIcon title={t(key as 'advice.HELD')} style={{ marginBottom: '1rem' }} />;
}

/** The result, until it is over: after five minutes, when the page goes, or the session. */
function useShown(): { answered: Answered | undefined; show: (answered: Answered) => void; clear: () => void; cleared: boolean } {
  const { backend } = useApi();
  const [answered, setAnswered] = useState<Answered | undefined>();
  const [cleared, setCleared] = useState(false);
  const clear = useCallback(() => setAnswered((old) => {
    if (old !== undefined) setCleared(true);
    return undefined;
  }), []);
  const show = useCallback((next: Answered) => { setCleared(false); setAnswered(next); }, []);
  useEffect(() => {
    if (answered === undefined) return undefined;
    // The browser may hold timers of a page that nobody sees, and bring a page back as it was.
    const over = (): void => { if (Date.now() - answered.at.getTime() >= SHOWN_MS) clear(); };
    const timer = setTimeout(clear, SHOWN_MS);
    document.addEventListener('visibilitychange', over);
    window.addEventListener('pagehide', clear);
    const still = backend.onSessionOver(clear);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', over);
      window.removeEventListener('pagehide', clear);
      still();
    };
  }, [answered, backend, clear]);
  return { answered, show, clear, cleared };
}

function Asking(props: { grant: Grant }): ReactNode {
  const t = useText();
  const format = useFormat();
  const person = usePerson();
  const { grant } = props;
  const ways = waysOf(grant);
  const [way, setWay] = useState<Way>(ways[0] ?? Method.QUERY);
  const [purpose, setPurpose] = useState<Purpose>(
    grant.purposes.length === 1 ? grant.purposes[0] ?? Purpose.PURPOSE_UNSPECIFIED : Purpose.PURPOSE_UNSPECIFIED);
  const [caseNumber, setCaseNumber] = useState('');
  const [where, setWhere] = useState<readonly Row[]>(EMPTY);
  const [claims, setClaims] = useState<readonly Row[]>(EMPTY);
  const [round, setRound] = useState(0);
  const query = useWrite(ExchangeService.method.query);
  const verify = useWrite(ExchangeService.method.verify);
  const { answered, show, clear, cleared } = useShown();
  // One and the same exchange while the same is asked again, so that a retry is one, to the quota too.
  const asked = useRef({ key: '', exchange: '' });
  const verifying = way === Method.VERIFY;
  const write = verifying ? verify : query;
  // A masked value is compared with nothing.
  const items = grant.items.filter((item) => !grant.maskedItems.includes(item));
  const steward = person.roles.includes(Role.DATA_STEWARD);
  const caseRequired = grant.caseRequired || !steward;
  const conditions = filled(where).map((row) => ({ ...row, operator: Condition_Operator.EQUALS }));
  const ready = conditions.length > 0 && purpose !== Purpose.PURPOSE_UNSPECIFIED &&
    (!caseRequired || caseNumber.trim() !== '') && (!verifying || filled(claims).length > 0);
  const ask = async (): Promise<void> => {
    const common = { grant: grant.name, purpose, caseNumber: caseNumber.trim() };
    const key = JSON.stringify([way, common, conditions, verifying ? filled(claims) : []]);
    if (asked.current.key !== key) asked.current = { key, exchange: newRequestId() };
    const whole = { ...common, exchange: asked.current.exchange };
    clear();
    const answer = verifying
      ? await verify.run({ ...whole, verification: { key: conditions, claims: filled(claims) } })
      : await query.run({ ...whole, query: { where: conditions, limit: 1 } });
    setRound((n) => n + 1);
    if (answer === undefined) return;
    asked.current = { key: '', exchange: '' };
    const at = new Date();
    show({
      exchange: answer.exchange, at,
      mark: { person: person.name, agency: person.agency, time: format.time(at), caseNumber: common.caseNumber },
      answer: answer.$typeName === 'shareway.exchange.v1.VerifyResponse'
        ? { kind: 'verify', value: answer.answer } : { kind: 'query', value: answer.answer },
    });
  };
  return (
    <>
      <GrantState grant={grant.name} round={round} />
      <form onSubmit={(event) => { event.preventDefault(); void ask(); }} autoComplete="off">
        {ways.length > 1 && (
          <Radio.Group value={way} aria-label={t('form.what')} style={{ marginBottom: '1rem' }}
            onChange={(event) => { clear(); setWay(event.target.value as Way); }}
            options={[{ value: Method.QUERY, label: t('form.query') }, { value: Method.VERIFY, label: t('form.verify') }]} />
        )}
        <Field label={t('form.purpose')} name="purpose" error={write.error} required>{({ status: _, ...control }) => (
          <select {...control} value={purpose} onChange={(event) => setPurpose(Number(event.target.value) as Purpose)}>
            <option value={Purpose.PURPOSE_UNSPECIFIED}>{t('form.choose')}</option>
            {grant.purposes.map((one) => <option key={one} value={one}>{t(`purpose.${Purpose[one] as 'OTHER'}`)}</option>)}
          </select>)}
        </Field>
        <Field label={t('form.case')} name="case_number" error={write.error} hint={t('form.caseHint')} required={caseRequired}>{(control) => (
          <Input {...control} value={caseNumber} maxLength={100} autoComplete="off"
            onChange={(event) => setCaseNumber(event.target.value)} />)}
        </Field>
        <Rows label={t(verifying ? 'form.key' : 'form.where')} hint={t(verifying ? 'form.keyHint' : 'form.whereHint')}
          name={verifying ? 'verification.key' : 'query.where'} items={items} most={MOST_CONDITIONS} rows={where}
          error={write.error} onChange={setWhere} />
        {verifying && (
          <Rows label={t('form.claims')} hint={t('form.claimsHint')} name="verification.claims" items={items}
            most={MOST_CLAIMS} rows={claims} error={write.error} onChange={setClaims} />
        )}
        <Advice error={write.error} />
        <ErrorPanel error={write.error} />
        <p><Button type="primary" htmlType="submit" loading={write.busy} disabled={!ready}>
          {t(verifying ? 'form.doVerify' : 'form.doQuery')}</Button></p>
      </form>
      {answered !== undefined && <Result answered={answered} onClear={clear} />}
      {cleared && <p role="status">{t('result.cleared')}</p>}
    </>
  );
}
