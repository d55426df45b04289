// SPDX-License-Identifier: Apache-2.0
// Labels that follow the statute profile (law.md, section 10): texts write them as {{w.item}}.
import type { Locale } from './locale';

export interface Words {
  readonly resource: string;
  readonly catalogue: string;
  readonly item: string;
  readonly consumer: string;
  readonly provider: string;
  readonly shareClass: string;
  readonly updateCycle: string;
}

type ByLocale = Readonly<Record<Locale, Words>>;

const M16: ByLocale = {
  'zh-Hans': { resource: '政务信息资源', catalogue: '政务信息资源目录', item: '信息项',
    consumer: '使用部门', provider: '提供部门', shareClass: '共享类型', updateCycle: '更新周期' },
  'zh-Hant': { resource: '政務資訊資源', catalogue: '政務資訊資源目錄', item: '資訊項',
    consumer: '使用部門', provider: '提供部門', shareClass: '共享類型', updateCycle: '更新週期' },
  'en': { resource: 'information resource', catalogue: 'catalogue', item: 'item',
    consumer: 'consumer', provider: 'provider', shareClass: 'share class',
    updateCycle: 'update cycle' },
};
const R25: ByLocale = {
  'zh-Hans': { resource: '政务数据', catalogue: '政务数据目录', item: '数据项',
    consumer: '需求部门', provider: '提供部门', shareClass: '共享属性', updateCycle: '更新频率' },
  'zh-Hant': { resource: '政務資料', catalogue: '政務資料目錄', item: '資料項',
    consumer: '需求部門', provider: '提供部門', shareClass: '共享屬性', updateCycle: '更新頻率' },
  'en': { resource: 'government data', catalogue: 'catalogue', item: 'data item',
    consumer: 'requesting department', provider: 'provider', shareClass: 'sharing attribute',
    updateCycle: 'update frequency' },
};

/** Of a profile such as cn-2025-809 or cn-2016-51, or one derived from it. */
export function wordsOf(profile: string, locale: Locale): Words {
  return (/2016/.test(profile) ? M16 : R25)[locale];
}
