// SPDX-License-Identifier: Apache-2.0
import { toBinary, create } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { CatalogService } from '@/gen/shareway/catalog/v1/catalog_service_pb';
import { ImportSchema } from '@/gen/shareway/catalog/v1/import_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { Role } from '@/gen/shareway/policy_pb';
import { RequestService } from '@/gen/shareway/sharing/v1/request_pb';
import { admits, ApiError, keyOf, webBackend, withRequestId } from '.';
import { envelope } from './upload';

interface Sent { url: string; headers: Headers; size: number }

/** A gateway that answers each POST by what it is given, and /csrf with a token. */
function gateway(answer: (url: string) => Response): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetchIt: typeof fetch = (input, init) => {
    const url = new URL(String(input), 'https://share.example').pathname;
    if (url === '/csrf') return Promise.resolve(new Response('{"token":"c5"}'));
    const body = init?.body;
    sent.push({ url, headers: new Headers(init?.headers), size: body instanceof Blob ? body.size : 0 });
    return Promise.resolve(answer(url));
  };
  return { fetch: fetchIt, sent };
}

const proto = (bytes: Uint8Array): Response =>
  new Response(Uint8Array.from(bytes), { headers: { 'Content-Type': 'application/proto' } });
const base64 = (text: string): string => btoa(text).replace(/=+$/, '');

test('a call carries the CSRF token, the language and a deadline', async () => {
  const { fetch: fetchIt, sent } = gateway(() => proto(new Uint8Array()));
  const backend = webBackend(() => 'zh-Hant', fetchIt);
  await backend.call(RequestService.method.getInbox, {});
  expect(sent[0]?.url).toBe('/shareway.sharing.v1.RequestService/GetInbox');
  expect(sent[0]?.headers.get('Shareway-Csrf')).toBe('c5');
  expect(sent[0]?.headers.get('Accept-Language')).toBe('zh-Hant');
  expect(sent[0]?.headers.get('Connect-Timeout-Ms')).toBe('20000');
});

test('what a service refused comes with reason, faults by field and words, and an ended session is told', async () => {
  const bytes = (text: string): string => base64(text);
  const { fetch: fetchIt } = gateway((url) => new Response(JSON.stringify(url.endsWith('GetSession')
    ? { code: 'unauthenticated', message: 'over', details: [
      { type: 'google.rpc.ErrorInfo', value: bytes('\n\x0cSESSION_OVER') }] }
    : { code: 'invalid_argument', message: 'bad', details: [
      { type: 'google.rpc.ErrorInfo', value: bytes('\n\rFIELD_INVALID') },
      { type: 'google.rpc.BadRequest', value: bytes('\n\x10\n\x05title\x12\x07is long') }] }),
  { status: 400, headers: { 'Content-Type': 'application/json' } }));
  const backend = webBackend(() => 'en', fetchIt);
  const told: string[] = [];
  backend.onSessionOver((error) => told.push(error.reason));
  const wrong = await backend.call(CatalogService.method.createResource, {}).catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(ApiError);
  expect((wrong as ApiError).reason).toBe('FIELD_INVALID');
  expect((wrong as ApiError).faultsOf('title')).toEqual(['is long']);
  expect(told).toEqual([]);
  await backend.call(SessionService.method.getSession, {}).catch(() => undefined);
  expect(told).toEqual(['SESSION_OVER']);
});

test('a server that nobody reaches is one that may be asked again', async () => {
  const backend = webBackend(() => 'en', () => Promise.reject(new TypeError('Failed to fetch')));
  const error = await backend.call(RequestService.method.getInbox, {}).catch((thrown: unknown) => thrown);
  expect((error as ApiError).passing).toBe(true);
});

test('an upload is one body of messages, and its end may refuse it', async () => {
  let end = '{}';
  const { fetch: fetchIt, sent } = gateway(() => {
    const message = envelope(toBinary(ImportSchema, create(ImportSchema, { name: 'imports/i1' })));
    const tail = envelope(new TextEncoder().encode(end));
    tail[0] = 2;
    return new Response(Uint8Array.from(end === '{}' ? [...message, ...tail] : [...tail]),
      { headers: { 'Content-Type': 'application/connect+proto' } });
  });
  const backend = webBackend(() => 'en', fetchIt);
  const parts = [{ import: { fileName: 'a.xlsx' }, data: new Uint8Array([1, 2]) }, { data: new Uint8Array([3]) }];
  expect((await backend.upload(CatalogService.method.importResources, parts)).name).toBe('imports/i1');
  expect(sent[0]?.headers.get('Content-Type')).toBe('application/connect+proto');
  // Two heads of five bytes, the file's three, and what names them.
  expect(sent[0]?.size).toBe(5 + 5 + (2 + 8) + 4 + 3);
  expect(sent[0]?.headers.get('Shareway-Csrf')).toBe('c5');
  end = '{"error":{"code":"invalid_argument","message":"no such file"}}';
  const error = await backend.upload(CatalogService.method.importResources, parts).catch((e: unknown) => e);
  expect((error as ApiError).code).toBe(Code.InvalidArgument);
});

test('the methods’ own policies say who is shown what', () => {
  const { createResource, publishResource, searchResources } = CatalogService.method;
  expect(admits(createResource, [Role.CATALOGUE_EDITOR])).toBe(true);
  expect(admits(createResource, [Role.APPLICANT])).toBe(false);
  expect(admits(publishResource, [Role.SHARING_AUTHORITY])).toBe(true);
  expect(admits(searchResources, [])).toBe(true);
});

test('a request_id is filled in where there is a place for it, and never replaced', () => {
  const { input } = CatalogService.method.createResource;
  expect(withRequestId(input, {}, 'x').requestId).toBe('x');
  expect(withRequestId(input, { requestId: 'own' }, 'x').requestId).toBe('own');
  expect(keyOf(input, { validateOnly: true })).not.toBe(keyOf(input, {}));
});
