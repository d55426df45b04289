// SPDX-License-Identifier: Apache-2.0
import { areaText, useAreaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('service');

/** The words of an enum's value, for example `state` CONSULTING; an unknown one as it is. */
export function useWord(): (group: string, value: string | undefined) => string {
  const t = useAreaText('service');
  return (group, value = '') => {
    const key = `${group}.${value}`;
    const word = t(key);
    return word === key ? value : word;
  };
}
