// SPDX-License-Identifier: Apache-2.0
// Finding entries: words, facets with counts, and where the words were found. Without words it is the
// list of all.
import { Button, Checkbox, Input } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { usePages, useWrite } from '@/api';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { Grading, ResourceFormat, ShareClass, UpdateCycle, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import type { SearchFacet, SearchHit } from '@/gen/shareway/catalog/v1/search_pb';
import { useFormat } from '@/i18n/format';
import { AgencyName, DataTable, ErrorPanel, Field, ObjectLink, Page, Shown, Status, useUrlText, useUrlTexts } from '@/ui';
import { useText, useValueWord } from './texts';

interface Row { readonly resource: Resource; readonly hit: SearchHit | undefined }

// Facets that several values of may be chosen, with the enumeration that names them; the others take one.
const MANY = { share_class: ShareClass, format: ResourceFormat, update_cycle: UpdateCycle, grading: Grading } as const;
const ONE = ['provider', 'category', 'division'] as const;

/** Numbers of an enumeration by names in an address; what is no name is left out. */
function numbersOf(values: readonly string[], type: Record<string, unknown>): number[] {
  return values.map((value) => type[value]).filter((value) => typeof value === 'number');
}

export default function SearchPage(): ReactNode {
  const t = useText();
  const word = useValueWord();
  const [query, setQuery] = useUrlText('q');
  const [typed, setTyped] = useState(query);
  useEffect(() => setTyped(query), [query]);
  const [shareClass] = useUrlTexts('share_class');
  const [format] = useUrlTexts('format');
  const [cycle] = useUrlTexts('update_cycle');
  const [grading] = useUrlTexts('grading');
  const [provider] = useUrlText('provider');
  const [category] = useUrlText('category');
  const [division] = useUrlText('division');
  const search = {
    query, provider, category, division,
    shareClasses: numbersOf(shareClass, ShareClass), formats: numbersOf(format, ResourceFormat),
    updateCycles: numbersOf(cycle, UpdateCycle), gradings: numbersOf(grading, Grading),
  };
  const follow = useWrite(CatalogService.method.subscribe);
  const [followed, setFollowed] = useState('');
  const key = JSON.stringify(search);
  const hits = usePages(CatalogService.method.searchResources, { ...search, pageSize: 50 },
    (answer) => answer.hits.map((hit): Row[] => (hit.resource === undefined ? [] : [{ resource: hit.resource, hit }])).flat(),
    { when: query !== '' });
  const all = usePages(CatalogService.method.listResources, { provider, pageSize: 50 },
    (answer) => answer.resources.map((resource): Row => ({ resource, hit: undefined })), { when: query === '' });
  const shown = query === '' ? all : hits;
  const facets = query === '' ? [] : hits.first?.facets ?? [];
  return (
    <Page title={t('search.title')} updated={shown.updated} onReload={shown.reload} loading={shown.loading}>
      <form role="search" onSubmit={(event) => { event.preventDefault(); setQuery(typed.trim()); }}>
        <Field label={t('search.label')} name="query" error={shown.error} hint={t('search.hint')}>
          {(control) => (
            <Input.Search {...control} value={typed} maxLength={200} enterButton={t('search.go')} allowClear
              onChange={(event) => setTyped(event.target.value)} onSearch={(text) => setQuery(text.trim())} />
          )}
        </Field>
      </form>
      {facets.length > 0 && (
        <section aria-label={t('search.filters')} className="sw-cards">
          {facets.map((facet) => <Facet key={facet.field} facet={facet} />)}
        </section>
      )}
      {query !== '' && (
        <p className="sw-row">
          {hits.first !== undefined && <strong role="status">{t('search.total', { count: String(hits.first.total) })}</strong>}
          <Button loading={follow.busy} disabled={followed === key} onClick={() => {
            void follow.run({ subscription: { target: { case: 'search', value: search } } })
              .then((made) => { if (made !== undefined) setFollowed(key); });
          }}>{t('search.follow')}</Button>
          {followed === key && <span role="status">{t('search.followed')}</span>}
        </p>
      )}
      <ErrorPanel error={follow.error} />
      <Shown read={shown}>
        {(rows) => (
          <DataTable<Row> caption={t('search.title')} rows={rows} rowKey={(row) => row.resource.name}
            hasMore={shown.hasMore} onMore={shown.more} loading={shown.loading} empty={<p>{t('search.none')}</p>}
            {...(query === '' || hits.first === undefined ? {} : { total: Number(hits.first.total) })}
            columns={[
              { key: 'title', title: t('field.title'), render: (row) => (
                <ObjectLink name={row.resource.name}><Found hit={row.hit} field="title" text={row.resource.title} /></ObjectLink>
              ) },
              { key: 'code', title: t('field.code'), render: (row) => <Found hit={row.hit} field="code" text={row.resource.code} /> },
              { key: 'provider', title: t('field.provider'), render: (row) => <AgencyName name={row.resource.provider} /> },
              { key: 'class', title: t('field.shareClass'), render: (row) => <ClassOf value={row.resource.shareClass} /> },
              { key: 'cycle', title: t('field.updateCycle'),
                render: (row) => word('update_cycle', UpdateCycle[row.resource.updateCycle] ?? '') },
              ...(query === '' ? [] : [{ key: 'found', title: t('search.found'), render: (row: Row) => <Elsewhere hit={row.hit} /> }]),
            ]} />
        )}
      </Shown>
    </Page>
  );
}

export function ClassOf(props: { value: ShareClass }): ReactNode {
  const word = useValueWord();
  const tone = props.value === ShareClass.UNCONDITIONAL ? 'good' : props.value === ShareClass.NOT_SHARED ? 'bad' : 'warn';
  return <Status tone={tone}>{word('share_class', ShareClass[props.value])}</Status>;
}

/** A field's text, with what was looked for marked; text is only ever text. */
function Found(props: { hit: SearchHit | undefined; field: string; text: string }): ReactNode {
  const light = props.hit?.highlights.find((one) => one.field === props.field);
  if (light === undefined) return <bdi>{props.text}</bdi>;
  // Pieces have no names; each keeps its place.
  return <bdi>{light.pieces.map((piece, i) => (piece.found ? <mark key={i}>{piece.text}</mark> : piece.text))}</bdi>;
}

function Elsewhere(props: { hit: SearchHit | undefined }): ReactNode {
  const lights = props.hit?.highlights.filter((one) => one.field !== 'title' && one.field !== 'code') ?? [];
  return lights.slice(0, 3).map((one) => (
    <div key={one.field}><Found hit={props.hit} field={one.field} text="" /></div>
  ));
}

function Facet(props: { facet: SearchFacet }): ReactNode {
  const { field } = props.facet;
  if (field in MANY) return <ManyFacet facet={props.facet} />;
  return ONE.some((one) => one === field) ? <OneFacet facet={props.facet} /> : null;
}

function FacetBox(props: { facet: SearchFacet; chosen: readonly string[]; set: (values: readonly string[]) => void }): ReactNode {
  const t = useText();
  const word = useValueWord();
  const format = useFormat();
  const { facet, chosen } = props;
  const label = t(`facet.${facet.field as 'provider'}`);
  // What is chosen stays shown where nothing has it any more.
  const gone = chosen.filter((value) => !facet.values.some((one) => one.value === value));
  return (
    <fieldset className="sw-card">
      <legend>{label}</legend>
      {[...facet.values.slice(0, 12), ...gone.map((value) => ({ value, count: 0n }))].map((one) => (
        <div key={one.value}>
          <Checkbox checked={chosen.includes(one.value)} onChange={(event) => props.set(event.target.checked
            ? [...chosen, one.value] : chosen.filter((value) => value !== one.value))}>
            {facet.field === 'provider' ? <AgencyName name={one.value} /> : word(facet.field, one.value)}
            {' '}({format.number(one.count)})
          </Checkbox>
        </div>
      ))}
    </fieldset>
  );
}

function ManyFacet(props: { facet: SearchFacet }): ReactNode {
  const [chosen, set] = useUrlTexts(props.facet.field);
  return <FacetBox facet={props.facet} chosen={chosen} set={set} />;
}

function OneFacet(props: { facet: SearchFacet }): ReactNode {
  const [chosen, set] = useUrlText(props.facet.field);
  return <FacetBox facet={props.facet} chosen={chosen === '' ? [] : [chosen]} set={(values) => set(values.at(-1) ?? '')} />;
}
