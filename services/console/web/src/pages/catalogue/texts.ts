// SPDX-License-Identifier: Apache-2.0
import { areaText, useAreaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('catalogue');

/** The words of a contract's value, for example `share_class` CONDITIONAL; an unknown one as it is. */
export function useValueWord(): (field: string, value: string) => string {
  const t = useAreaText('catalogue');
  return (field, value) => {
    const key = `value.${field}.${value}`;
    const word = t(key);
    return word === key ? value : word;
  };
}
