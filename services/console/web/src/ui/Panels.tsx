// SPDX-License-Identifier: Apache-2.0
// What a page shows in the place of its data, or above it: nothing there, nothing yet, refused.
import { Alert, Button, Spin } from 'antd';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Code } from '@connectrpc/connect';
import type { ApiError, Read } from '@/api';
import { useFormat } from '@/i18n/format';
import { useText } from './texts';

export function EmptyState(props: { text?: string; children?: ReactNode }): ReactNode {
  const t = useText();
  return (
    <div className="sw-card" role="note">
      <p>{props.text ?? t('empty')}</p>
      {props.children}
    </div>
  );
}

/** By whom and when somebody else did it first, from the object as it is now. */
export interface Decided { readonly by: string; readonly at: Date | undefined; readonly what?: string }
/** As the page's object says; or by reading it anew. */
export type Asked = Decided | (() => Promise<Decided | undefined>) | undefined;

/**
 * What to say of a conflict. The object on the page is as it was before: what it says of who acted last
 * counts only once it was read again, and a function reads it for this alone.
 */
function useDecided(error: ApiError | undefined, decided: Asked): Decided | undefined {
  const first = useRef<{ error: ApiError | undefined; decided: Asked }>({ error: undefined, decided: undefined });
  if (first.current.error !== error) first.current = { error, decided };
  const [read, setRead] = useState<{ error: ApiError; decided: Decided | undefined }>();
  const latest = useRef(decided);
  latest.current = decided;
  useEffect(() => {
    if (error === undefined || !error.conflict || typeof latest.current !== 'function') return undefined;
    let gone = false;
    // If it cannot be read, there is no more to say than that it changed.
    latest.current().then((now) => { if (!gone) setRead({ error, decided: now }); }, () => undefined);
    return () => { gone = true; };
  }, [error]);
  if (typeof decided === 'function') return read !== undefined && read.error === error ? read.decided : undefined;
  const before = first.current.decided;
  const same = typeof before === 'object' && before.by === decided?.by && before.at?.getTime() === decided.at?.getTime();
  return same ? undefined : decided;
}

export function ErrorPanel(props: {
  error: ApiError | undefined;
  onRetry?: () => void;
  /** For a conflict: reads the object anew. What was typed stays. */
  onReload?: () => void;
  decided?: Asked;
}): ReactNode {
  const t = useText();
  const format = useFormat();
  const { error } = props;
  const decided = useDecided(error, props.decided);
  if (error === undefined) return null;
  const article = error.metadata['article'];
  const again = error.conflict ? props.onReload ?? props.onRetry : props.onRetry;
  const title = error.conflict
    ? (decided === undefined ? t('error.conflict') : t('error.decided', {
      by: decided.by, at: format.time(decided.at), what: decided.what ?? '' }))
    : error.sessionOver ? t('error.session')
      : error.localized !== '' ? error.localized
        : error.code === Code.Unavailable ? t('error.away')
          : error.code === Code.DeadlineExceeded ? t('error.slow') : t('error.other');
  return (
    <Alert
      role="alert" type={error.conflict || error.passing ? 'warning' : 'error'} showIcon
      style={{ marginBottom: '1rem' }}
      title={title}
      description={(
        <>
          {error.conflict && <p>{t('error.kept')}</p>}
          {error.code === Code.DeadlineExceeded && <p>{t('error.again')}</p>}
          {error.fields.length > 0 && (
            <ul>
              {error.fields.map(({ field, rule }) => (
                <li key={`${field} ${rule}`}><code>{field}</code> <bdi>{rule}</bdi></li>
              ))}
            </ul>
          )}
          {article !== undefined && <p>{t('error.article', { article })}</p>}
          {error.retryAfter > 1 && <p>{t('error.after', { seconds: error.retryAfter })}</p>}
          <details>
            <summary>{t('error.details')}</summary>
            <p><code>{error.reason === '' ? Code[error.code] : error.reason}</code> <bdi>{error.message}</bdi></p>
          </details>
          {again !== undefined && (
            <Button onClick={again}>{error.conflict ? t('error.reload') : t('error.retry')}</Button>
          )}
        </>
      )}
    />
  );
}

/** A read's error, its first wait, or what it gave. Data that is there stays shown over errors. */
export function Shown<T>(props: { read: Read<T>; children: (data: T) => ReactNode }): ReactNode {
  const t = useText();
  const { read } = props;
  return (
    <>
      <ErrorPanel error={read.error} onRetry={read.reload} />
      {read.data === undefined
        ? (read.error === undefined && <div role="status" aria-label={t('page.loading')}><Spin /></div>)
        : props.children(read.data)}
    </>
  );
}
