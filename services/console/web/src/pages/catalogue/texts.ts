// SPDX-License-Identifier: Apache-2.0
import { areaText, areaWord } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('catalogue');

/** The words of a contract's value, for example `share_class` CONDITIONAL; an unknown one as it is. */
export const useValueWord = areaWord('catalogue', 'value.');
