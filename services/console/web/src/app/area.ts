// SPDX-License-Identifier: Apache-2.0
// An area: a folder of pages with its menu. The application finds them all by their area.tsx, so
// that another one touches no file of its neighbours.
import type { DescMethod } from '@bufbuild/protobuf';
import type { ComponentType } from 'react';
import { admits } from '@/api/request';
import type { Person } from '@/session/person';

/** Who is shown something: persons admitted to one of these methods; or by a test of one's own. */
export type For = readonly DescMethod[] | ((person: Person) => boolean);

export interface MenuEntry {
  /** Where it leads. */
  readonly to: string;
  /** A key of the area's texts. */
  readonly label: string;
  /** Everybody, unless said. */
  readonly for?: For;
}

export interface AreaRoute {
  /** From the root, for example /catalogue/:resource; each path once over all areas. */
  readonly path: string;
  /** `() => import('./ResourcePage')`; the page is the module's default export. */
  readonly load: () => Promise<{ default: ComponentType }>;
  /** Whom the page is for. Others are told that it is not theirs. */
  readonly for?: For;
  /** True: no session is needed, and the frame with the menu is not there. */
  readonly open?: boolean;
}

/** The menu's sections, from the top: what a person does there. Each has a text, `section.NAME`. */
export const SECTIONS = ['desk', 'catalogue', 'sharing', 'needs', 'oversight', 'administration'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Area {
  /** The folder's name, and the name of its texts. */
  readonly id: string;
  /** Where its entries stand in the menu, together. */
  readonly section: Section;
  /** Where in the section, from the top. */
  readonly order: number;
  /** True: its pages are at gateways beside nodes, too, where other areas are not. */
  readonly atNode?: boolean;
  readonly menu: readonly MenuEntry[];
  readonly routes: readonly AreaRoute[];
}

export function isFor(whom: For | undefined, person: Person): boolean {
  if (whom === undefined) return true;
  if (typeof whom === 'function') return whom(person);
  return whom.some((method) => admits(method, person.roles));
}

const found = import.meta.glob<Area>('../pages/*/area.tsx', { import: 'area', eager: true });

export const AREAS: readonly Area[] = Object.values(found)
  .sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));

/** The areas that are there: beside a node those that say so. */
export const areasAt = (atNode: boolean): readonly Area[] =>
  (atNode ? AREAS.filter((area) => area.atNode === true) : AREAS);
