// SPDX-License-Identifier: Apache-2.0
// Where an object of the directory stands, and the acts that change it.
import type { ReactNode } from 'react';
import { Standing } from '@/gen/shareway/catalog/v1/directory_pb';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { useMay } from '@/session/person';
import { ConfirmAct, Status, type Tone } from '@/ui';
import { useText } from './texts';

const TONES: Readonly<Record<Standing, Tone>> = {
  [Standing.STANDING_UNSPECIFIED]: 'plain', [Standing.ACTIVE]: 'good',
  [Standing.STANDING_SUSPENDED]: 'warn', [Standing.RETIRED]: 'quiet',
};

export function StandingStatus(props: { standing: Standing }): ReactNode {
  const t = useText();
  const words: Readonly<Record<Standing, string>> = {
    [Standing.STANDING_UNSPECIFIED]: t('standing.unknown'), [Standing.ACTIVE]: t('standing.active'),
    [Standing.STANDING_SUSPENDED]: t('standing.suspended'), [Standing.RETIRED]: t('standing.retired'),
  };
  return <Status tone={TONES[props.standing]}>{words[props.standing]}</Status>;
}

/**
 * Suspends, resumes or retires `name`. `standing` undefined: it cannot be read here, all are offered,
 * and the directory says what it does not allow.
 */
export function StandingActs(props: {
  name: string; standing?: Standing; onDone: () => void;
}): ReactNode {
  const t = useText();
  const may = useMay();
  const { name, standing } = props;
  if (!may(DirectoryService.method.setStanding) || standing === Standing.RETIRED) return null;
  const act = (to: Standing, label: string, effect: string, danger: boolean): ReactNode => (
    <ConfirmAct method={DirectoryService.method.setStanding} label={label} reason={{}} danger={danger}
      disabled={name === ''} request={(reason) => ({ name, standing: to, reason })}
      onReload={props.onDone} onDone={props.onDone}>
      <p><code>{name}</code></p>
      <p>{effect}</p>
    </ConfirmAct>
  );
  return (
    <div className="sw-row">
      {standing !== Standing.STANDING_SUSPENDED &&
        act(Standing.STANDING_SUSPENDED, t('standing.suspend'), t('standing.suspendEffect'), true)}
      {standing !== Standing.ACTIVE &&
        act(Standing.ACTIVE, t('standing.resume'), t('standing.resumeEffect'), false)}
      {act(Standing.RETIRED, t('standing.retire'), t('standing.retireEffect'), true)}
    </div>
  );
}
