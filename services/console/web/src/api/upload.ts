// SPDX-License-Identifier: Apache-2.0
// Connect's form of a client's stream in one request body: browsers send no bodies piece by piece,
// but they do send a body of several messages (connectrpc.com/docs/protocol, streaming).
import {
  create, fromBinary, toBinary, type DescMessage, type DescMethodClientStreaming, type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeFromString, errorFromJson } from '@connectrpc/connect/protocol-connect';

const HEAD = 5; // a byte of flags, and the length in four
const END = 0b10;

export function envelope(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(HEAD + bytes.length);
  new DataView(out.buffer).setUint32(1, bytes.length);
  out.set(bytes, HEAD);
  return out;
}

/** The messages of an answer and what ended it. ConnectError for what is cut or malformed. */
export function envelopes(body: Uint8Array): { messages: Uint8Array[]; end: Uint8Array } {
  const messages: Uint8Array[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at + HEAD <= body.length;) {
    const flags = view.getUint8(at);
    const length = view.getUint32(at + 1);
    const next = at + HEAD + length;
    if (next > body.length || (flags & 1) !== 0) break;
    const bytes = body.subarray(at + HEAD, next);
    if ((flags & END) !== 0) return { messages, end: bytes };
    messages.push(bytes);
    at = next;
  }
  throw new ConnectError('the answer was cut', Code.Unavailable);
}

/** Sends all messages as one call and takes the one answer. Throws ConnectError. */
export async function uploadBy<I extends DescMessage, O extends DescMessage>(
  fetchIt: typeof fetch, method: DescMethodClientStreaming<I, O>,
  messages: readonly MessageInitShape<I>[], timeoutMs: number, signal?: AbortSignal,
): Promise<MessageShape<O>> {
  const parts = messages.map((one) => envelope(toBinary(method.input, create(method.input, one))));
  const answer = await fetchIt(`/${method.parent.typeName}/${method.name}`, {
    method: 'POST', body: new Blob(parts), ...(signal === undefined ? {} : { signal }),
    headers: { 'Content-Type': 'application/connect+proto', 'Connect-Protocol-Version': '1',
               'Connect-Timeout-Ms': String(timeoutMs) },
  });
  if (!answer.ok) {
    const fallback = new ConnectError(`HTTP ${answer.status}`, Code.Unknown);
    let json: unknown;
    try { json = await answer.json(); } catch { throw fallback; }
    throw errorFromJson(json as never, answer.headers, fallback);
  }
  const { messages: got, end } = envelopes(new Uint8Array(await answer.arrayBuffer()));
  const told = JSON.parse(new TextDecoder().decode(end) || '{}') as { error?: { code?: string } };
  if (told.error !== undefined) {
    const code = codeFromString(told.error.code ?? '') ?? Code.Unknown;
    throw errorFromJson(told.error as never, undefined, new ConnectError('refused', code));
  }
  const one = got[0];
  if (one === undefined || got.length !== 1) {
    throw new ConnectError('an upload has one answer', Code.Internal);
  }
  return fromBinary(method.output, one);
}
