// SPDX-License-Identifier: Apache-2.0
// One legal text: its terms with the articles that set them, and what in it is ours and not the law's.
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { useCall } from '@/api';
import { type Profile, type Profile_Term, StatuteService } from '@/gen/shareway/sharing/v1/statute_pb';
import { Profile as Words, useLocale } from '@/i18n';
import { useFormat } from '@/i18n/format';
import { DataTable, Facts, ObjectLink, Page, Shown } from '@/ui';
import { useText } from './texts';
import { useClockName } from './words';

export default function ProfilePage(): ReactNode {
  const t = useText();
  const { id = '', part } = useParams();
  const name = `profiles/${id}${part === undefined ? '' : `/${part}`}`;
  const profile = useCall(StatuteService.method.getProfile, { name });
  return (
    <Words of={id}>
      <Page title={profile.data?.title ?? name} crumbs={[{ label: t('profiles.title'), to: '/profiles' }]}
        updated={profile.updated} onReload={profile.reload} loading={profile.loading}>
        <Shown read={profile}>{(data) => <Text of={data} />}</Shown>
      </Page>
    </Words>
  );
}

function Text(props: { of: Profile }): ReactNode {
  const t = useText();
  const format = useFormat();
  const locale = useLocale();
  const clock = useClockName();
  const { of } = props;
  return (
    <>
      <Facts rows={[
        [t('profiles.document'), of.document], [t('profiles.from'), format.day(of.effectiveFrom)],
        [t('profiles.version'), of.version],
        [t('profiles.extends'), of.extends !== '' && <ObjectLink key="e" name={of.extends} />],
        [t('profiles.source'), /^https:\/\//.test(of.source)
          ? <a key="s" href={of.source} rel="noreferrer noopener" target="_blank">{of.source}</a> : of.source],
        [t('profiles.levels'), of.notSharedBasisLevels.join(t('and'))],
      ]} />
      <h2>{t('terms.title')}</h2>
      <DataTable<Profile_Term> caption={t('terms.title')} rows={of.terms} rowKey={(one) => one.clock}
        columns={[
          { key: 'clock', title: t('terms.clock'), render: (one) => clock(one.clock) },
          { key: 'days', title: t('terms.days'), number: true, render: (one) => format.number(one.workingDays) },
          { key: 'extension', title: t('terms.extension'), number: true,
            render: (one) => (one.maxExtensionDays === 0 ? t('terms.noExtension') : format.number(one.maxExtensionDays)) },
          { key: 'article', title: t('terms.article'),
            render: (one) => (one.article === '' ? t('terms.noArticle') : <bdi>{one.article}</bdi>) },
        ]} />
      {of.subGradings.length > 0 && (
        <>
          <h2 id="gradings">{t('gradings')}</h2>
          <ul aria-labelledby="gradings">
            {of.subGradings.map((one) => (
              <li key={one.id}><code>{one.id}</code>{' '}
                {locale === 'en' ? one.en : locale === 'zh-Hant' ? one.zhHant : one.zhHans}</li>
            ))}
          </ul>
        </>
      )}
      {of.assumptions.length > 0 && (
        <>
          <h2 id="assumptions">{t('assumptions')}</h2>
          <ul aria-labelledby="assumptions">{of.assumptions.map((one) => <li key={one}><bdi>{one}</bdi></li>)}</ul>
        </>
      )}
    </>
  );
}
