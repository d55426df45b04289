// SPDX-License-Identifier: Apache-2.0
// The menu: the entries that are for the person, in sections that fold. A system administrator has
// forty; open are the desk and the section of the page shown, and what the person opened.
import { useState, type ReactNode } from 'react';
import { matchPath, NavLink, useLocation } from 'react-router';
import { useAreaText } from '@/i18n';
import { usePerson } from '@/session/person';
import { isFor, SECTIONS, type Area, type MenuEntry, type Section } from './area';
import { useText } from './texts';

const FEW = 12; // entries that need no folding
const PLACE = 'shareway.menu';

type Chosen = Partial<Record<Section, boolean>>;

function chosenBefore(): Chosen {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Chosen;
  } catch {
    return {};
  }
}

function Entry(props: { area: string; entry: MenuEntry }): ReactNode {
  const t = useAreaText(props.area);
  return <li><NavLink to={props.entry.to} end>{t(props.entry.label)}</NavLink></li>;
}

export function Menu(props: { areas: readonly Area[] }): ReactNode {
  const t = useText();
  const person = usePerson();
  const { pathname } = useLocation();
  const [chosen, setChosen] = useState(chosenBefore);
  const entries = props.areas.flatMap((area) => area.menu
    .filter((entry) => isFor(entry.for, person)).map((entry) => ({ area, entry })));
  const here = props.areas.find((area) => area.routes.some(({ path }) => matchPath(path, pathname) !== null));
  const fold = (section: Section, open: boolean): void => {
    const now = { ...chosen, [section]: open };
    setChosen(now);
    localStorage.setItem(PLACE, JSON.stringify(now));
  };
  return SECTIONS.map((section) => {
    const own = entries.filter(({ area }) => area.section === section);
    if (own.length === 0) return null;
    const open = chosen[section] ?? (entries.length <= FEW || section === 'desk' || section === here?.section);
    return (
      <details key={section} open={open}
        onToggle={(event) => { if (event.currentTarget.open !== open) fold(section, event.currentTarget.open); }}>
        <summary>{t(`section.${section}`)}</summary>
        <ul aria-label={t(`section.${section}`)}>
          {own.map(({ area, entry }) => <Entry key={entry.to} area={area.id} entry={entry} />)}
        </ul>
      </details>
    );
  });
}
