// SPDX-License-Identifier: Apache-2.0
import type { Label } from '@/gen/shareway/catalog/v1/classification_pb';
import { useLocale } from '@/i18n';

/** An installation's own text in the locale shown; in simplified Chinese where it has no other. */
export function useLabel(): (label: Label | undefined) => string {
  const locale = useLocale();
  return (label) => (locale === 'en' ? label?.en : locale === 'zh-Hant' ? label?.zhHant : undefined) || label?.zhHans || '';
}
