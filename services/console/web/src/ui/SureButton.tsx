// SPDX-License-Identifier: Apache-2.0
// A button for a write that cannot be undone and needs neither a reason nor a signature: says what it
// does, and asks once more.
import { Button, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import type { ApiError } from '@/api';
import { ErrorPanel, type Asked } from './Panels';
import { useText } from './texts';

export function SureButton(props: {
  label: string;
  /** What it will do. */
  children: ReactNode;
  /** False: refused; the dialog stays and shows `error`. */
  onSure: () => Promise<boolean>;
  error: ApiError | undefined;
  busy: boolean;
  /** Before it opens: forgets the error of the time before. */
  onOpen: () => void;
  onReload?: () => void;
  decided?: Asked;
  danger?: boolean;
}): ReactNode {
  const t = useText();
  const [open, setOpen] = useState(false);
  const danger = props.danger ?? false;
  const send = async (): Promise<void> => { if (await props.onSure()) setOpen(false); };
  return (
    <>
      <Button danger={danger} onClick={() => { props.onOpen(); setOpen(true); }}>{props.label}</Button>
      <Modal open={open} title={props.label} onCancel={() => setOpen(false)} destroyOnHidden footer={[
        <Button key="no" onClick={() => setOpen(false)}>{t('cancel')}</Button>,
        <Button key="yes" type="primary" danger={danger} loading={props.busy} onClick={() => void send()}>{t('ok')}</Button>,
      ]}>
        {props.children}
        <ErrorPanel error={props.error} decided={props.decided} {...(props.onReload === undefined ? {} : { onReload: props.onReload })} />
      </Modal>
    </>
  );
}
