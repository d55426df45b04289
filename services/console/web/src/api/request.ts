// SPDX-License-Identifier: Apache-2.0
// Requests as bytes and as keys, and what a method's policy (shareway.policy) says.
import {
  create, fromBinary, getOption, hasOption, toBinary, toJsonString,
  type DescMessage, type DescMethod, type MessageInitShape, type MessageShape,
} from '@bufbuild/protobuf';
import { policy, type Policy, Role } from '@/gen/shareway/policy_pb';

/** An idempotency key: 36 ASCII characters. */
export const newRequestId = (): string => crypto.randomUUID();

/** The request with a request_id, where its message has one and none is set. */
export function withRequestId<I extends DescMessage>(
  input: I, init: MessageInitShape<I>, id: string,
): MessageShape<I> {
  const message = fromBinary(input, toBinary(input, create(input, init)));
  if (input.field['requestId'] === undefined) return message;
  const fields = message as unknown as { requestId: string };
  if (fields.requestId === '') fields.requestId = id;
  return message;
}

/** Equal for equal requests. */
export function keyOf<I extends DescMessage>(input: I, init: MessageInitShape<I>): string {
  return `${input.typeName} ${toJsonString(input, create(input, init))}`;
}

export function policyOf(method: DescMethod): Policy | undefined {
  return hasOption(method, policy) ? getOption(method, policy) : undefined;
}

/**
 * Whether a person of these roles is admitted to the method at all, by its policy. Services decide;
 * this is for what to show. A role that a colleague lent is not known here, so methods for which
 * that will do are shown to everybody who could hold it.
 */
export function admits(method: DescMethod, roles: readonly Role[]): boolean {
  const asked = policyOf(method);
  if (asked === undefined) return false;
  if (asked.roles.length === 0 || asked.roles.some((role) => roles.includes(role))) return true;
  return asked.underMandate && roles.includes(Role.OUTSIDE_SUPERVISOR);
}

/** The names of an enumeration's values but for the unspecified one. */
export const namesOf = (type: object): string[] => Object.entries(type)
  .filter(([name, value]) => Number.isNaN(Number(name)) && value !== 0).map(([name]) => name);
