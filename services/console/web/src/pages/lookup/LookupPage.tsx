// SPDX-License-Identifier: Apache-2.0
// One record for the case on the desk. In the console this page leads to the gateway beside the own
// agency's node; there it asks the node. So what the node answers never comes to the console.
import { Button } from 'antd';
import { useContext, useState, type ReactNode } from 'react';
import { toApiError, useBackend, type ApiError } from '@/api';
import { useSettings } from '@/app/settings_context';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { EmptyState, ErrorPanel, Page } from '@/ui';
import { Desk } from './Desk';
import { LeaveContext } from './leave';
import { useText } from './texts';

function Away(): ReactNode {
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

export default function LookupPage(): ReactNode {
  const t = useText();
  const { atNode } = useSettings();
  return <Page title={t('title')}>{atNode ? <Desk /> : <Away />}</Page>;
}
