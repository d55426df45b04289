// SPDX-License-Identifier: Apache-2.0
// What stands in the console for pages that are at the gateway beside the own agency's node: the way there.
import { Button } from 'antd';
import { useContext, useState, type ReactNode } from 'react';
import { toApiError, useBackend, type ApiError } from '@/api';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { EmptyState, ErrorPanel } from '@/ui';
import { LeaveContext } from './leave';
import { useText } from './texts';

export function Away(): ReactNode {
  const t = useText();
  const backend = useBackend();
  const leave = useContext(LeaveContext);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | undefined>();
  const go = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const { url, code } = await backend.call(SessionService.method.openAtGateway, {});
      // Nowhere but to a gateway over TLS goes a code.
      if (!url.startsWith('https://')) throw new Error(`${url} is no gateway`);
      leave(`${url}/enter?code=${encodeURIComponent(code)}`);
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t('away.text')}</p>
      {error?.reason === 'STATE_FORBIDS' ? <EmptyState text={t('away.none')} /> : <ErrorPanel error={error} />}
      <p><Button type="primary" loading={busy} onClick={() => void go()}>{t('away.go')}</Button></p>
    </>
  );
}
