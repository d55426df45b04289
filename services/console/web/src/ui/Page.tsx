// SPDX-License-Identifier: Apache-2.0
// What every page has: title, where it is, when what it shows was read, and its actions.
import { Button } from 'antd';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useFormat } from '@/i18n/format';
import { useText } from './texts';

export interface Crumb { readonly label: string; readonly to?: string }

export function Page(props: {
  title: string;
  /** From the top to the page before this one. */
  crumbs?: readonly Crumb[];
  /** When the data was read; undefined until it is there. Pages without data leave it out. */
  updated?: Date | undefined;
  onReload?: () => void;
  loading?: boolean;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const t = useText();
  const format = useFormat();
  const heading = useRef<HTMLHeadingElement>(null);
  const { title } = props;
  useEffect(() => { document.title = `${title} · ${t('product')}`; }, [title, t]);
  // Whoever hears the page is told that another one is there.
  useEffect(() => { heading.current?.focus(); }, []);
  return (
    <>
      {props.crumbs !== undefined && (
        <nav className="sw-crumbs" aria-label={t('page.crumbs')}>
          <ol>
            {props.crumbs.map((crumb) => (
              <li key={crumb.label}>
                {crumb.to === undefined ? crumb.label : <Link to={crumb.to}>{crumb.label}</Link>}
              </li>
            ))}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <div className="sw-head">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {(props.updated !== undefined || props.onReload !== undefined) && (
          <span className="sw-updated">
            <span role="status">
              {props.updated === undefined
                ? t('page.loading') : t('page.updated', { time: format.time(props.updated) })}
            </span>
            {props.onReload !== undefined && (
              <Button size="small" onClick={props.onReload} loading={props.loading ?? false}>
                {t('page.reload')}
              </Button>
            )}
          </span>
        )}
        {props.actions !== undefined && <div className="sw-actions">{props.actions}</div>}
      </div>
      {props.children}
    </>
  );
}
