// SPDX-License-Identifier: Apache-2.0
import { areaText, useAreaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('projects');

/** The words of an enum's value, for example `state` AGREED; an unknown one as it is. */
export function useWord(): (group: string, value: string | undefined) => string {
  const t = useAreaText('projects');
  return (group, value = '') => {
    const key = `${group}.${value}`;
    const word = t(key);
    return word === key ? value : word;
  };
}
