// SPDX-License-Identifier: Apache-2.0
// Which kinds are told, as a group of boxes; and how what was sent fared.
import type { ReactNode } from 'react';
import type { ApiError } from '@/api';
import { type DeliveryState, ReminderKind as Kind } from '@/gen/shareway/console/v1/notification_pb';
import { useFormat } from '@/i18n/format';
import { Facts, Status } from '@/ui';
import { useText } from './texts';

export type KindName = 'TASKS' | 'DECISIONS' | 'GRANTS' | 'CATALOGUE';
export const PERSONAL: readonly KindName[] = ['TASKS', 'DECISIONS', 'GRANTS', 'CATALOGUE'];
export const OF_AGENCY: readonly KindName[] = ['TASKS', 'DECISIONS', 'GRANTS'];

export const namesOf = (kinds: readonly Kind[]): KindName[] =>
  PERSONAL.filter((name) => kinds.includes(Kind[name]));
export const kindsOf = (names: readonly KindName[]): Kind[] => names.map((name) => Kind[name]);

export function KindBoxes(props: {
  legend: string;
  /** The field's path in the request. */
  name: string;
  offered: readonly KindName[];
  value: readonly KindName[];
  set: (value: KindName[]) => void;
  error: ApiError | undefined;
}): ReactNode {
  const t = useText();
  const faults = props.error?.faultsOf(props.name, true) ?? [];
  return (
    <fieldset className="sw-field">
      <legend>{props.legend}</legend>
      {props.offered.map((kind) => (
        <label key={kind} className="sw-row">
          <input type="checkbox" checked={props.value.includes(kind)} onChange={(event) => {
            props.set(props.offered.filter((one) => (one === kind ? event.target.checked : props.value.includes(one))));
          }} />
          {t(`kind.${kind}`)}
        </label>
      ))}
      <div className="sw-fault" aria-live="polite">
        {faults.map((fault) => <div key={fault}><bdi>{fault}</bdi></div>)}
      </div>
    </fieldset>
  );
}

export function Delivery(props: { of: DeliveryState | undefined }): ReactNode {
  const t = useText();
  const format = useFormat();
  if (props.of === undefined) return null;
  const { sentTime, failedTime, failure, failures, givenUp, waiting } = props.of;
  if (sentTime === undefined && failedTime === undefined && waiting === 0) return null;
  return (
    <section aria-label={t('delivery.title')}>
      <p>{failures > 0
        ? <Status tone="bad">{t('delivery.bad', { failure })}</Status>
        : <Status tone="good">{t('delivery.good')}</Status>}</p>
      <Facts rows={[
        [t('delivery.sent'), sentTime === undefined ? t('delivery.never') : format.time(sentTime)],
        [t('delivery.failed'), failedTime === undefined ? t('delivery.never') : `${format.time(failedTime)} ${failure}`],
        [t('delivery.failures'), format.number(failures)],
        [t('delivery.givenUp'), format.number(givenUp)],
        [t('delivery.waiting'), format.number(waiting)],
      ]} />
    </section>
  );
}
