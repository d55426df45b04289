// SPDX-License-Identifier: Apache-2.0
// What the person may do with an entry now, as the service says by available_actions.
import type { ReactNode } from 'react';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import type { Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { ConfirmAct, ErrorPanel } from '@/ui';
import { useText } from './texts';

export function ResourceActions(props: { entry: Resource; onChanged: () => void }): ReactNode {
  const t = useText();
  const go = useNavigate();
  const { entry, onChanged } = props;
  const { name, etag } = entry;
  const submit = useWrite(CatalogService.method.submitResource);
  const drop = useWrite(CatalogService.method.deleteDraft);
  const [asked, setAsked] = useState(false);
  const can = (action: string): boolean => entry.availableActions.includes(action);
  const { method } = CatalogService;
  const common = { onDone: onChanged, onReload: onChanged };
  return (
    <>
      <div className="sw-row">
        {can('SubmitResource') && (
          <Button type="primary" loading={submit.busy} onClick={() => {
            void submit.run({ name, etag }).then((done) => { if (done !== undefined) onChanged(); });
          }}>{t('resource.submit')}</Button>
        )}
        {can('ApproveResource') && (
          <ConfirmAct method={method.approveResource} label={t('resource.approve')} primary {...common}
            request={() => ({ name, etag })}><p>{t('resource.approveText')}</p></ConfirmAct>
        )}
        {can('PublishResource') && (
          <ConfirmAct method={method.publishResource} label={t('resource.publish')} primary {...common}
            request={() => ({ name, etag })}><p>{t('resource.publishText')}</p></ConfirmAct>
        )}
        {can('ReturnResource') && (
          <ConfirmAct method={method.returnResource} label={t('resource.return')} reason={{ max: 1000 }} {...common}
            request={(reason) => ({ name, etag, reason })} />
        )}
        {can('SuspendResource') && (
          <ConfirmAct method={method.suspendResource} label={t('resource.suspend')} reason={{ max: 1000 }} danger {...common}
            request={(reason) => ({ name, etag, reason })}><p>{t('resource.suspendText')}</p></ConfirmAct>
        )}
        {can('ResumeResource') && (
          <ConfirmAct method={method.resumeResource} label={t('resource.resume')} reason={{ max: 1000 }} {...common}
            request={(reason) => ({ name, etag, reason })} />
        )}
        {can('WithdrawResource') && (
          <ConfirmAct method={method.withdrawResource} label={t('resource.withdraw')} reason={{ max: 1000 }} danger {...common}
            request={(reason) => ({ name, etag, reason, serviceChange: entry.serviceChange })}>
            <p>{t('resource.withdrawText')}</p>
          </ConfirmAct>
        )}
        {can('DeleteDraft') && <Button danger onClick={() => setAsked(true)}>{t('resource.deleteDraft')}</Button>}
      </div>
      <ErrorPanel error={submit.error} onReload={onChanged} />
      <Modal open={asked} title={t('resource.deleteDraft')} onCancel={() => setAsked(false)} destroyOnHidden
        okButtonProps={{ danger: true, loading: drop.busy }}
        onOk={() => {
          void drop.run({ name, etag }).then((gone) => {
            if (gone === undefined) return;
            setAsked(false);
            if (gone.resource === undefined) void go('/catalogue');
            else onChanged();
          });
        }}>
        <p>{t('resource.deleteText')}</p>
        <ErrorPanel error={drop.error} onReload={onChanged} />
      </Modal>
    </>
  );
}
