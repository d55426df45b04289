// SPDX-License-Identifier: Apache-2.0
// What an applicant types, and the request that it is.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Condition_Operator, Method, Purpose } from '@/gen/shareway/evidence/v1/exchange_pb';
import type { ScopeSchema, SharingRequest } from '@/gen/shareway/sharing/v1/sharing_request_pb';

export interface Filter { readonly item: string; readonly operator: string; readonly value: string }

export interface Form {
  readonly resource: string;
  readonly items: readonly string[];
  readonly masked: readonly string[];
  readonly filters: readonly Filter[];
  readonly expression: string;
  readonly purposes: readonly string[];
  readonly methods: readonly string[];
  readonly startDate: string;
  readonly endDate: string;
  readonly dayCalls: string;
  readonly dayRows: string;
  readonly dayBytes: string;
  readonly legalBasis: string;
  readonly scenario: string;
}

export const emptyForm = (resource: string): Form => ({
  resource, items: [], masked: [], filters: [], expression: '', purposes: [], methods: [],
  startDate: '', endDate: '', dayCalls: '', dayRows: '', dayBytes: '', legalBasis: '', scenario: '',
});

/** The steps in which it is written. */
export const STEPS = ['resource', 'items', 'rows', 'use', 'basis', 'review'] as const;
export type Step = (typeof STEPS)[number];

const FIELDS: Readonly<Record<Exclude<Step, 'review'>, readonly string[]>> = {
  resource: ['resource'],
  items: ['scope.items', 'scope.masked_items'],
  rows: ['scope.row_filter', 'scope.row_expression'],
  use: ['scope.purposes', 'scope.methods', 'scope.start_date', 'scope.end_date'],
  basis: ['legal_basis', 'scenario'],
};

/** A field's path in the request without the `request.` that some faults begin with. */
export const pathOf = (field: string): string => field.replace(/^request\./, '');

/** The step with the field that a fault names; none if it is no field of the form. */
export function stepOf(field: string): Step | undefined {
  const path = pathOf(field);
  const found = STEPS.find((step) => step !== 'review' && FIELDS[step].some((one) => path.startsWith(one)));
  return found ?? (path.startsWith('scope') ? 'use' : undefined);
}

/** What is left out that has to be there, step by step. The service judges all else. */
export function missingIn(form: Form, step: Step): string[] {
  const blank = (...names: (keyof Form)[]): string[] => names.filter((name) => form[name].length === 0);
  switch (step) {
    case 'resource': return blank('resource');
    case 'items': return blank('items');
    case 'rows': return form.filters.some(({ item, value }) => item === '' || value === '') ? ['filters'] : [];
    case 'use': return blank('purposes', 'methods', 'startDate', 'endDate');
    case 'basis': return blank('legalBasis', 'scenario');
    case 'review': return [];
  }
}

const valueIn = (type: Readonly<Record<string, string | number>>, keys: readonly string[]): number[] =>
  keys.map((key) => type[key]).filter((value) => typeof value === 'number');
const amount = (text: string): bigint => (/^\d{1,19}$/.test(text.trim()) ? BigInt(text.trim()) : 0n);

export function scopeOf(form: Form): MessageInitShape<typeof ScopeSchema> {
  return {
    items: [...form.items],
    maskedItems: form.masked.filter((item) => form.items.includes(item)),
    rowFilter: form.filters.map(({ item, operator, value }) => ({
      item, value, operator: operator === 'PREFIX' ? Condition_Operator.PREFIX : Condition_Operator.EQUALS,
    })),
    rowExpression: form.expression.trim(),
    purposes: valueIn(Purpose, form.purposes),
    methods: valueIn(Method, form.methods),
    startDate: form.startDate,
    endDate: form.endDate,
    dayCalls: amount(form.dayCalls),
    dayRows: amount(form.dayRows),
    dayBytes: amount(form.dayBytes),
  };
}

/** The form of a request that there is already. */
export function formOf(request: SharingRequest): Form {
  const { scope } = request;
  const limit = (value: bigint | undefined): string => (value === undefined || value === 0n ? '' : value.toString());
  return {
    resource: request.resource,
    items: scope?.items ?? [],
    masked: scope?.maskedItems ?? [],
    filters: (scope?.rowFilter ?? []).map(({ item, operator, value }) => ({ item, value, operator: Condition_Operator[operator] })),
    expression: scope?.rowExpression ?? '',
    purposes: (scope?.purposes ?? []).map((one) => Purpose[one]),
    methods: (scope?.methods ?? []).map((one) => Method[one]),
    startDate: scope?.startDate ?? '',
    endDate: scope?.endDate ?? '',
    dayCalls: limit(scope?.dayCalls),
    dayRows: limit(scope?.dayRows),
    dayBytes: limit(scope?.dayBytes),
    legalBasis: request.legalBasis,
    scenario: request.scenario,
  };
}
