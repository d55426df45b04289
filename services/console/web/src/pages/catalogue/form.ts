// SPDX-License-Identifier: Apache-2.0
// An entry as it is typed: protobuf's JSON form, so that a draft survives as it is.
import type { ApiError } from '@/api';

export type EntryForm = Readonly<Record<string, unknown>>;
export type Put = (field: string, value: unknown) => void;
export interface Part { readonly form: EntryForm; readonly put: Put; readonly error: ApiError | undefined }

export type Line = Readonly<Record<string, unknown>>;
export const linesOf = (form: EntryForm, field: string): readonly Line[] =>
  (Array.isArray(form[field]) ? form[field] as Line[] : []);

/** A list with one line's field changed. */
export const changed = (lines: readonly Line[], at: number, field: string, value: unknown): Line[] =>
  lines.map((line, i) => (i === at ? { ...line, [field]: value } : line));
