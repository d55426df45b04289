// SPDX-License-Identifier: Apache-2.0
// What a service refused, as pages need it: a reason to branch by, words to show, faults by field.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  BadRequestSchema, ErrorInfoSchema, LocalizedMessageSchema, RetryInfoSchema,
} from '@/gen/google/rpc/error_details_pb';

/** One fault of a request's field. */
export interface FieldFault {
  /** The field's path as the contract names it, for example `resource.items[2].title`. */
  readonly field: string;
  /** The rule that it breaks, in English. */
  readonly rule: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: Code,
    /** ErrorInfo's reason (libs/base/reason.h), for example CHANGED_MEANWHILE; empty: none. */
    readonly reason: string,
    /** English, for reports and search. */
    message: string,
    /** The service's sentence in the language asked for; empty: it gave none. */
    readonly localized = '',
    readonly metadata: Readonly<Record<string, string>> = {},
    readonly fields: readonly FieldFault[] = [],
    /** Seconds after which it may be tried again; 0: not said. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** There is no session, or it ended: the person signs in again, and nothing typed is lost. */
  get sessionOver(): boolean {
    return this.code === Code.Unauthenticated &&
      ['SESSION_OVER', 'SESSION_ELSEWHERE'].includes(this.reason);
  }

  /** The object changed since it was read (etag). */
  get conflict(): boolean {
    return this.reason === 'CHANGED_MEANWHILE' || this.code === Code.Aborted;
  }

  /** The second factor has to be shown again. */
  get factorStale(): boolean { return this.reason === 'FACTOR_STALE'; }

  /** Absent, or not this person's to see: one answer for both. */
  get notVisible(): boolean { return this.code === Code.NotFound; }

  /** The service may be asked again without change. */
  get passing(): boolean {
    return [Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded].includes(this.code);
  }

  /** The rules that the field of this path breaks; those of its parts, too, if `inside`. */
  faultsOf(path: string, inside = false): string[] {
    return this.fields
      .filter(({ field }) => field === path ||
        (inside && (field.startsWith(`${path}.`) || field.startsWith(`${path}[`))))
      .map(({ rule }) => rule);
  }
}

/** From whatever a call threw. A call that its own page gave up is `Code.Canceled`. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const error = ConnectError.from(thrown);
  const one = <D extends DescMessage>(schema: D): MessageShape<D> | undefined =>
    error.findDetails(schema)[0];
  const info = one(ErrorInfoSchema);
  const delay = one(RetryInfoSchema)?.retryDelay;
  // A browser that reached nobody throws a TypeError, which Connect calls unknown.
  const unreached = error.code === Code.Unknown && error.cause instanceof TypeError;
  return new ApiError(
    unreached ? Code.Unavailable : error.code,
    info?.reason ?? (unreached ? 'UNREACHED' : ''),
    error.rawMessage,
    one(LocalizedMessageSchema)?.message ?? '',
    info?.metadata ?? {},
    (one(BadRequestSchema)?.fieldViolations ?? [])
      .map(({ field, description }) => ({ field, rule: description })),
    delay === undefined ? 0 : Number(delay.seconds) + Math.ceil(delay.nanos / 1e9),
  );
}
