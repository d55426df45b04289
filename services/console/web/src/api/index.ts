// SPDX-License-Identifier: Apache-2.0
export { base64, bytesOf, hexOf, piecesOf, sha256, unbase64, type Bytes } from './bytes';
export { Backend, TIMEOUT_MS, webBackend } from './backend';
export { ApiError, toApiError, type FieldFault } from './error';
export {
  LIVE, useApi, useBackend, useCall, useLive, usePages, useWrite,
  type Pages, type Read, type ReadOptions, type Write,
} from './hooks';
export { admits, keyOf, namesOf, newRequestId, policyOf, withRequestId } from './request';
