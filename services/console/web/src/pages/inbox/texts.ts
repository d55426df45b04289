// SPDX-License-Identifier: Apache-2.0
import { areaText, areaWord } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('inbox');

/** The words of an enum's value, for example `state` IN_REVIEW; an unknown one as it is. */
export const useWord = areaWord('inbox');
