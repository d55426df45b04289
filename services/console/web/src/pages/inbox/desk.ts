// SPDX-License-Identifier: Apache-2.0
// What is typed at the desk and kept until it is sent.
export interface Desk {
  /** Items that are struck, by id, and why. */
  readonly cuts: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly ground: string;
  readonly condition: string;
  readonly citation: string;
  readonly caseRequired: boolean;
  readonly missing: readonly { readonly subject: string; readonly missing: string }[];
  readonly days: string;
  readonly document: string;
}

export const START: Desk = {
  cuts: {}, reason: '', ground: '', condition: '', citation: '', caseRequired: false,
  missing: [{ subject: '', missing: '' }], days: '', document: '',
};
