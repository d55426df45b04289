// SPDX-License-Identifier: Apache-2.0
// Item names as they are pasted from a form or a spreadsheet.

/** So many items does one check take. */
export const MOST = 40;

export interface Pasted { readonly name: string; readonly definition: string }

/** One item a line; what stands after a tab is its definition. Names that come again count once. */
export function itemsOf(text: string): Pasted[] {
  const seen = new Map<string, Pasted>();
  for (const line of text.split(/\r?\n/)) {
    const [name = '', ...rest] = line.split('\t');
    const one = { name: name.trim(), definition: rest.join(' ').trim() };
    if (one.name !== '' && !seen.has(one.name)) seen.set(one.name, one);
  }
  return [...seen.values()];
}
