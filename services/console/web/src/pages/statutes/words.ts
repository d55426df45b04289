// SPDX-License-Identifier: Apache-2.0
import { hasText, useAreaText } from '@/i18n';

/** A clock's words; its name where a profile has one that this page does not know. */
export function useClockName(): (clock: string) => string {
  const t = useAreaText('statutes');
  return (clock) => (hasText('statutes', `clock.${clock}`) ? t(`clock.${clock}`) : clock);
}
