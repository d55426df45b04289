// SPDX-License-Identifier: Apache-2.0
// Applies to connect a node of the own agency, or applies again after a return. A signed act.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { type ApiError, useCall } from '@/api';
import type { NodeApplication, NodeApplicationSchema } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useAct } from '@/session/act';
import { usePerson } from '@/session/person';
import { DraftKeeper, ErrorPanel, NotSignedPanel, Page, objectPath, useDraft } from '@/ui';
import { TextField, linesOf } from '@/ui/TextField';
import { KeyForm, NO_KEY, keyOfTyped, typedOfKey, type TypedKey } from './KeyForm';
import { useText } from './texts';

const MOST_KEYS = 8;
interface Form {
  node: string; address: string; hosted: string; level: string; filing: string; lastTest: string;
  nextTest: string; contractor: string; contract: string; contractEnd: string; keys: TypedKey[];
}
const EMPTY: Form = { node: '', address: '', hosted: '', level: '3', filing: '', lastTest: '', nextTest: '',
  contractor: '', contract: '', contractEnd: '', keys: [NO_KEY, { ...NO_KEY, use: 'MESSAGE' }] };

const formOf = (of: NodeApplication): Form => ({
  node: of.node?.name.split('/').at(-1) ?? '', address: of.node?.address ?? '',
  hosted: of.node?.hostedAgencies.join('\n') ?? '', level: String(of.protection?.level ?? 3),
  filing: of.protection?.filingNumber ?? '', lastTest: of.protection?.lastTestDate ?? '',
  nextTest: of.protection?.nextTestDate ?? '', contractor: of.protection?.contractor ?? '',
  contract: of.protection?.contract ?? '', contractEnd: of.protection?.contractEndDate ?? '',
  keys: of.keys.map(typedOfKey),
});

/** Undefined: one of the keys is none. */
function applicationOf(form: Form, agency: string): MessageInitShape<typeof NodeApplicationSchema> | undefined {
  const keys = form.keys.map(keyOfTyped);
  if (keys.some((key) => key === undefined)) return undefined;
  return {
    node: { name: `${agency}/nodes/${form.node.trim()}`, address: form.address.trim(),
            hostedAgencies: linesOf(form.hosted) },
    protection: {
      level: Number(form.level) || 0, filingNumber: form.filing, lastTestDate: form.lastTest,
      nextTestDate: form.nextTest, contractor: form.contractor, contract: form.contract,
      contractEndDate: form.contractEnd,
    },
    keys: keys.flatMap((key) => (key === undefined ? [] : [key])),
  };
}

export default function NewNodePage(): ReactNode {
  const t = useText();
  const [params] = useSearchParams();
  const again = params.get('again') ?? '';
  const { agency } = usePerson();
  const open = useNavigate();
  const draft = useDraft<Form>(`apply ${again}`, EMPTY);
  const act = useAct(DirectoryService.method.applyNode);
  const [tried, setTried] = useState(false);
  const before = useCall(DirectoryService.method.getNodeApplication, { name: again }, { when: again !== '' });
  // What was returned is where the next application begins, unless it was begun already.
  const { restored, set } = draft;
  const [filled, setFilled] = useState(restored);
  useEffect(() => {
    if (filled || before.data === undefined) return;
    set(formOf(before.data));
    setFilled(true);
  }, [before.data, filled, set]);
  const application = applicationOf(draft.value, agency);
  const send = async (): Promise<void> => {
    setTried(true);
    if (application === undefined) return;
    const answer = await act.run({ application });
    if (answer === undefined) return;
    draft.discard();
    void open(objectPath(answer.node?.name ?? ''));
  };
  return (
    <Page title={again === '' ? t('nodes.apply') : t('nodes.again')}
      crumbs={[{ label: t('nodes.title'), to: '/nodes' }]}>
      <DraftKeeper draft={draft} />
      <ErrorPanel error={before.error} onRetry={before.reload} />
      {before.data !== undefined && before.data.returnReason !== '' && (
        <p>{t('node.returned', { by: before.data.decidedBy })} <bdi>{before.data.returnReason}</bdi></p>
      )}
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <NodeFields form={draft.value} set={draft.set} error={act.error} fixed={again !== ''} />
        <KeyFields form={draft.value} set={draft.set} error={act.error} />
        <p>{t('nodes.applyEffect')}</p>
        {tried && application === undefined && <p role="alert">{t('keys.someBad')}</p>}
        <NotSignedPanel why={act.notSigned} />
        <ErrorPanel error={act.error} />
        <Button type="primary" htmlType="submit" loading={act.busy}>{t('nodes.send')}</Button>
      </form>
    </Page>
  );
}

interface Part { form: Form; set: (next: (old: Form) => Form) => void; error: ApiError | undefined }

function NodeFields(props: Part & { fixed: boolean }): ReactNode {
  const t = useText();
  const { form, set, error } = props;
  const text = (key: keyof Omit<Form, 'keys'>): { value: string; set: (value: string) => void; error: ApiError | undefined } =>
    ({ value: form[key], set: (value) => set((old) => ({ ...old, [key]: value })), error });
  return (
    <>
      <TextField label={t('node.id')} name="node.name" {...text('node')} required
        {...(props.fixed ? {} : { hint: t('node.idHint') })} />
      <TextField label={t('nodes.address')} name="node.address" {...text('address')} hint={t('node.addressHint')} required />
      <TextField label={t('node.hosted')} name="node.hosted_agencies" {...text('hosted')} inside rows={3}
        hint={t('node.hostedHint')} />
      <fieldset>
        <legend>{t('protection.title')}</legend>
        <TextField label={t('protection.level')} name="protection.level" {...text('level')} type="number" required
          hint={t('protection.levelHint')} />
        <TextField label={t('protection.filing')} name="protection.filing_number" {...text('filing')} max={100}
          hint={t('protection.filingHint')} />
        <TextField label={t('protection.lastTest')} name="protection.last_test_date" {...text('lastTest')} type="date"
          hint={t('protection.testHint')} />
        <TextField label={t('protection.nextTest')} name="protection.next_test_date" {...text('nextTest')} type="date"
          hint={t('protection.testHint')} />
        <TextField label={t('protection.contractor')} name="protection.contractor" {...text('contractor')} max={100}
          hint={t('protection.contractorHint')} />
        <TextField label={t('protection.contract')} name="protection.contract" {...text('contract')} max={200} />
        <TextField label={t('protection.contractEnd')} name="protection.contract_end_date" {...text('contractEnd')}
          type="date" />
      </fieldset>
    </>
  );
}

function KeyFields(props: Part): ReactNode {
  const t = useText();
  const { form, set, error } = props;
  const keys = (change: (old: TypedKey[]) => TypedKey[]): void => set((old) => ({ ...old, keys: change(old.keys) }));
  return (
    <>
      {form.keys.map((key, index) => (
        <fieldset key={index}>
          <legend>{t('keys.nth', { n: index + 1 })}</legend>
          <KeyForm value={key} path={`keys[${index}]`} error={error} uses={['TLS', 'MESSAGE', 'WITNESS']}
            set={(next) => keys((old) => old.map((one, i) => (i === index ? next : one)))} />
          {form.keys.length > 1 && (
            <Button onClick={() => keys((old) => old.filter((_, i) => i !== index))}>
              {t('keys.remove', { n: index + 1 })}
            </Button>
          )}
        </fieldset>
      ))}
      {form.keys.length < MOST_KEYS && (
        <p><Button onClick={() => keys((old) => [...old, NO_KEY])}>{t('keys.add')}</Button></p>
      )}
    </>
  );
}
