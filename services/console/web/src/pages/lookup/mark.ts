// SPDX-License-Identifier: Apache-2.0
// The watermark: who looks, for which agency and case, and when. It is the background of every
// element that holds a value, so that none can be taken out without it.
import type { CSSProperties } from 'react';

export interface Mark {
  readonly person: string;
  readonly agency: string;
  readonly time: string;
  readonly caseNumber: string;
}

const plain = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export const markText = (mark: Mark): string =>
  [mark.person.replace(/^people\//, ''), mark.agency.replace(/^agencies\//, ''), mark.time, mark.caseNumber]
    .filter((part) => part !== '').join(' · ');

/** A tile of the mark as an image. The text is data in it, whatever a case number holds. */
export function markImage(mark: Mark): string {
  const text = plain(markText(mark));
  const width = Math.max(240, markText(mark).length * 11);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="72">` +
    `<text x="4" y="52" font-size="12" font-family="sans-serif" fill="#808080" fill-opacity="0.38" ` +
    `transform="rotate(-6 0 52)">${text}</text></svg>`;
  const coded = encodeURIComponent(svg)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `data:image/svg+xml,${coded}`;
}

export const markStyle = (mark: Mark): CSSProperties => ({
  backgroundImage: `url("${markImage(mark)}")`, backgroundRepeat: 'repeat',
});
