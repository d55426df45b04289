// SPDX-License-Identifier: Apache-2.0
// Keys of this area's texts for the values of the directory's enums.
import { Agency_Kind, Key_Use, Level, NodeApplication_State } from '@/gen/shareway/catalog/v1/directory_pb';
import { Suite } from '@/gen/shareway/evidence/v1/envelope_pb';

export const LEVELS = ['CENTRAL', 'PROVINCE', 'CITY', 'COUNTY', 'TOWNSHIP'] as const;
export const levelKey = (level: Level): `level.${typeof LEVELS[number]}` | 'unknown' => {
  const name = LEVELS.find((one) => Level[one] === level);
  return name === undefined ? 'unknown' : `level.${name}`;
};

export const KINDS = ['ORGAN', 'AUTHORISED_BODY'] as const;
export const kindKey = (kind: Agency_Kind): `kind.${typeof KINDS[number]}` | 'unknown' => {
  const name = KINDS.find((one) => Agency_Kind[one] === kind);
  return name === undefined ? 'unknown' : `kind.${name}`;
};

export const USES = ['TLS', 'MESSAGE', 'WITNESS', 'LOG', 'WEBAUTHN'] as const;
export const useKey = (use: Key_Use): `use.${typeof USES[number]}` | 'unknown' => {
  const name = USES.find((one) => Key_Use[one] === use);
  return name === undefined ? 'unknown' : `use.${name}`;
};

export const SUITES = ['P256_SHA256', 'SM2_SM3'] as const;
export const suiteKey = (suite: Suite): `suite.${typeof SUITES[number]}` | 'unknown' => {
  const name = SUITES.find((one) => Suite[one] === suite);
  return name === undefined ? 'unknown' : `suite.${name}`;
};

export const STATES = ['APPLIED', 'RETURNED', 'APPROVED'] as const;
export const stateKey = (state: NodeApplication_State): `state.${typeof STATES[number]}` | 'unknown' => {
  const name = STATES.find((one) => NodeApplication_State[one] === state);
  return name === undefined ? 'unknown' : `state.${name}`;
};
