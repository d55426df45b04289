// SPDX-License-Identifier: Apache-2.0
// What consumers think of grants, and the form to say so.
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { LIVE, usePages, useWrite } from '@/api';
import { FeedbackService, type Rating } from '@/gen/shareway/sharing/v1/feedback_pb';
import { useFormat } from '@/i18n/format';
import { useMay } from '@/session/person';
import { AgencyName, DataTable, DraftKeeper, ErrorPanel, ObjectLink, Page, Shown, useDraft, useUrlText } from '@/ui';
import { ChoiceField, TextField } from '@/ui/TextField';
import { useText } from './texts';

const { method } = FeedbackService;

export default function RatingsPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const may = useMay();
  const [grant, setGrant] = useUrlText('grant');
  const ratings = usePages(method.listRatings, { pageSize: 50, grant: grant.trim() }, (r) => r.ratings, { poll: LIVE });
  return (
    <Page title={t('ratings.title')} updated={ratings.updated} onReload={ratings.reload} loading={ratings.loading}>
      <p>{t('ratings.what')}</p>
      <TextField label={t('ratings.only')} name="grant" value={grant} set={setGrant} hint="grants/…" />
      <Shown read={ratings}>{(rows) => (
        <DataTable<Rating> caption={t('ratings.title')} rows={rows} rowKey={(one) => one.name} hasMore={ratings.hasMore} onMore={ratings.more}
          loading={ratings.loading} empty={<p>{t('ratings.none')}</p>}
          columns={[
            { key: 'grant', title: t('ratings.grant'), render: (one) => <ObjectLink name={one.grant} /> },
            { key: 'stars', title: t('ratings.stars'), render: (one) => t('ratings.of', { count: one.stars }) },
            { key: 'text', title: t('ratings.text'), render: (one) => <bdi>{one.text}</bdi> },
            { key: 'consumer', title: t('ratings.consumer'), render: (one) => <AgencyName name={one.consumer} /> },
            { key: 'provider', title: t('ratings.provider'), render: (one) => <AgencyName name={one.provider} /> },
            { key: 'time', title: t('ratings.time'), render: (one) => format.time(one.createTime) },
          ]} />
      )}</Shown>
      {may(method.rateGrant) && <Rate grant={grant} onDone={ratings.reload} />}
    </Page>
  );
}

function Rate(props: { grant: string; onDone: () => void }): ReactNode {
  const t = useText();
  const draft = useDraft('rate', { grant: props.grant, stars: '5', text: '' });
  const write = useWrite(method.rateGrant);
  const { value } = draft;
  const field = (key: keyof typeof value) => ({ value: value[key], error: write.error, set: (to: string) => draft.set((old) => ({ ...old, [key]: to })) });
  const send = async (): Promise<void> => {
    if (await write.run({ grant: value.grant.trim(), stars: Number(value.stars), text: value.text.trim() }) === undefined) return;
    draft.discard();
    props.onDone();
  };
  return (
    <form aria-label={t('ratings.rate')} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h2>{t('ratings.rate')}</h2>
      <p>{t('ratings.once')}</p>
      <DraftKeeper draft={draft} />
      <TextField label={t('ratings.grant')} name="grant" {...field('grant')} required hint="grants/…" />
      <ChoiceField label={t('ratings.stars')} name="stars" {...field('stars')} required
        choices={['5', '4', '3', '2', '1'].map((one) => ({ value: one, label: t('ratings.of', { count: one }) }))} />
      <TextField label={t('ratings.text')} name="text" {...field('text')} rows={3} max={1000} />
      <ErrorPanel error={write.error} />
      <Button htmlType="submit" type="primary" loading={write.busy} disabled={value.grant.trim() === ''}>{t('ratings.send')}</Button>
    </form>
  );
}
