// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import type { Draft } from './draft';
import { useText } from './texts';

/** Says that a form was found as it was left, and offers to begin anew. */
export function DraftKeeper<T>(props: { draft: Draft<T> }): ReactNode {
  const t = useText();
  if (!props.draft.restored) return null;
  return (
    <Alert type="info" showIcon role="status" title={t('draft.restored')} style={{ marginBottom: '1rem' }}
      action={<Button size="small" onClick={props.draft.discard}>{t('draft.discard')}</Button>} />
  );
}
