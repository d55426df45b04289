// SPDX-License-Identifier: Apache-2.0
import { areaText } from '@/i18n';
import type zh from './i18n/zh-Hans';

export const useText = areaText<typeof zh>('datasets');
