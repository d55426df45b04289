// SPDX-License-Identifier: Apache-2.0
// Before a form collects: which of its items are in the catalogue already, and how to get them.
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ShareClass } from '@/gen/shareway/catalog/v1/resource_pb';
import {
  type CheckCollectionResponse, type CollectionFinding, type CollectionMatch,
  CollectionMatch_Likeness as Likeness, CollectionMatch_Way as Way,
} from '@/gen/shareway/catalog/v1/source_pb';
import { useFormat } from '@/i18n/format';
import { DataTable, DraftKeeper, ErrorPanel, ObjectLink, Page, saveCsv, Status, useDraft } from '@/ui';
import { TextField } from '@/ui/TextField';
import { itemsOf, MOST } from './items';
import { useText } from './texts';

export default function CollectionPage(): ReactNode {
  const t = useText();
  const draft = useDraft('items', { text: '', keep: false });
  const write = useWrite(CatalogService.method.checkCollection);
  const [answer, setAnswer] = useState<CheckCollectionResponse | undefined>();
  const { text, keep } = draft.value;
  const items = itemsOf(text);
  const fault = items.length > MOST ? t('tooMany', { count: items.length, most: MOST }) : undefined;
  const check = async (): Promise<void> => {
    const found = await write.run({ items: [...items], keep });
    if (found !== undefined) setAnswer(found);
  };
  return (
    <Page title={t('title')}>
      <p>{t('what')}</p>
      <DraftKeeper draft={draft} />
      <form onSubmit={(event) => { event.preventDefault(); void check(); }}>
        <TextField label={t('items')} name="items" inside rows={8} value={text} error={write.error} hint={t('itemsHint')}
          set={(to) => draft.set((old) => ({ ...old, text: to }))} fault={fault} required />
        <p><label><input type="checkbox" checked={keep}
          onChange={(event) => draft.set((old) => ({ ...old, keep: event.target.checked }))} /> {t('keep')}</label></p>
        <ErrorPanel error={write.error} />
        <Button type="primary" htmlType="submit" loading={write.busy} disabled={items.length === 0 || fault !== undefined}>
          {t('check')}</Button>
      </form>
      {answer !== undefined && <Answer of={answer} />}
    </Page>
  );
}

function useWords(): { like: (of: Likeness) => string; way: (of: Way) => string; cls: (of: ShareClass) => string } {
  const t = useText();
  const likes: Partial<Record<Likeness, string>> = { [Likeness.EXACT]: t('like.EXACT'), [Likeness.SYNONYM]: t('like.SYNONYM'),
    [Likeness.SIMILAR]: t('like.SIMILAR') };
  const ways: Partial<Record<Way, string>> = { [Way.DIRECT_GRANT]: t('way.DIRECT_GRANT'),
    [Way.SHARING_REQUEST]: t('way.SHARING_REQUEST'), [Way.NOT_OBTAINABLE]: t('way.NOT_OBTAINABLE') };
  const classes: Partial<Record<ShareClass, string>> = { [ShareClass.UNCONDITIONAL]: t('class.UNCONDITIONAL'),
    [ShareClass.CONDITIONAL]: t('class.CONDITIONAL'), [ShareClass.NOT_SHARED]: t('class.NOT_SHARED') };
  return { like: (of) => likes[of] ?? '', way: (of) => ways[of] ?? '', cls: (of) => classes[of] ?? '' };
}

function Answer(props: { of: CheckCollectionResponse }): ReactNode {
  const t = useText();
  const format = useFormat();
  const words = useWords();
  const { findings, name, checkTime } = props.of;
  const rows = findings.flatMap((one) => (one.matches.length === 0 ? [[one.name, t('free'), '', '', '', '', '']]
    : one.matches.map((match) => [one.name, words.like(match.likeness), match.itemName, match.resourceTitle, match.providerName,
      words.cls(match.shareClass), words.way(match.way)])));
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">{t('findings')}</h2>
      <p role="status">{t('checked', { time: format.time(checkTime), count: findings.filter((one) => one.matches.length > 0).length })}
        {name !== '' && <> {t('kept')} <code>{name}</code></>}</p>
      {findings.map((one) => <Finding key={one.name} of={one} />)}
      <Button onClick={() => saveCsv(t('title'), [t('item'), t('likeness'), t('found'), t('resource'), t('provider'), t('shareClass'),
        t('how')], rows)}>{t('save')}</Button>
    </section>
  );
}

function Finding(props: { of: CollectionFinding }): ReactNode {
  const t = useText();
  const format = useFormat();
  const words = useWords();
  const { of } = props;
  if (of.matches.length === 0) return <><h3><bdi>{of.name}</bdi></h3><Status tone="quiet">{t('free')}</Status></>;
  return (
    <>
      <h3><bdi>{of.name}</bdi></h3>
      <DataTable<CollectionMatch> caption={of.name} rows={of.matches} rowKey={(one) => `${one.resource}/${one.item}`}
        columns={[
          { key: 'item', title: t('found'), render: (one) => <><bdi>{one.itemName}</bdi>{one.source !== '' && <>{' '}
            <Status tone="good">{t('source')} <ObjectLink name={one.source} /></Status></>}</> },
          { key: 'like', title: t('likeness'), render: (one) => (one.likeness === Likeness.SIMILAR
            ? `${words.like(one.likeness)} ${format.percent(one.score)}` : words.like(one.likeness)) },
          { key: 'resource', title: t('resource'), render: (one) => <ObjectLink name={one.resource}>{one.resourceTitle}</ObjectLink> },
          { key: 'provider', title: t('provider'), render: (one) => <bdi>{one.providerName}</bdi> },
          { key: 'class', title: t('shareClass'), render: (one) => words.cls(one.shareClass) },
          { key: 'way', title: t('how'), render: (one) => (one.way === Way.NOT_OBTAINABLE ? words.way(one.way)
            : <Link to={`/requests/new?resource=${encodeURIComponent(one.resource)}`}>{words.way(one.way)}</Link>) },
          { key: 'article', title: t('article'), render: (one) => <bdi>{one.article}</bdi> },
        ]} />
      {of.more && <p>{t('more')}</p>}
    </>
  );
}
