// SPDX-License-Identifier: Apache-2.0
import { areaText, useAreaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('tasks');

/** The words of a name, for example `act` RouteDemand; an unknown one as it is. */
export function useWord(): (group: string, name: string) => string {
  const t = useAreaText('tasks');
  return (group, name) => {
    const key = `${group}.${name}`;
    const word = t(key);
    return word === key ? name : word;
  };
}
