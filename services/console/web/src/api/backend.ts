// SPDX-License-Identifier: Apache-2.0
// The way to the services: Connect's unary calls through the console's gateway, as it wants them
// (services/console/README.md: session by cookie, CSRF token in a field, deadline).
import type {
  DescMessage, DescMethodClientStreaming, DescMethodServerStreaming, DescMethodUnary, MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { ApiError, toApiError } from './error';
import { uploadBy } from './upload';

/** How long a call may take, in milliseconds. The gateway allows 30 s. */
export const TIMEOUT_MS = 20_000;
/** And a file in either direction. */
export const UPLOAD_MS = 10 * 60_000;
const CSRF = 'Shareway-Csrf';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Sends a client's stream; see uploadBy. */
export type Uploader = <I extends DescMessage, O extends DescMessage>(
  method: DescMethodClientStreaming<I, O>, messages: readonly MessageInitShape<I>[], timeoutMs: number,
  signal?: AbortSignal,
) => Promise<MessageShape<O>>;

/** One way to the services; pages get it from useBackend(), tests make one of fakeServer(). */
export class Backend {
  private readonly over = new Set<(error: ApiError) => void>();

  constructor(private readonly transport: Transport, private readonly uploader: Uploader) {}

  /** ApiError for everything that goes wrong. Calls are never repeated here. */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>, request: MessageInitShape<I>, options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    try {
      const answer = await this.transport.unary(
        method, options.signal, options.timeoutMs ?? TIMEOUT_MS, undefined, request);
      return answer.message;
    } catch (thrown) {
      throw this.refused(thrown);
    }
  }

  /** The messages of a server's stream, as they come. For downloads; pages follow by reading again. */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>, request: MessageInitShape<I>, options: CallOptions = {},
  ): AsyncIterable<MessageShape<O>> {
    async function* one(): AsyncIterable<MessageInitShape<I>> { yield request; }
    try {
      const answer = await this.transport.stream(
        method, options.signal, options.timeoutMs ?? UPLOAD_MS, undefined, one());
      yield* answer.message;
    } catch (thrown) {
      throw this.refused(thrown);
    }
  }

  /** Sends a file or another client's stream as one body, and takes the answer. */
  async upload<I extends DescMessage, O extends DescMessage>(
    method: DescMethodClientStreaming<I, O>, messages: readonly MessageInitShape<I>[],
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    try {
      return await this.uploader(method, messages, options.timeoutMs ?? UPLOAD_MS, options.signal);
    } catch (thrown) {
      throw this.refused(thrown);
    }
  }

  private refused(thrown: unknown): ApiError {
    const error = toApiError(thrown);
    if (error.sessionOver) for (const tell of this.over) tell(error);
    return error;
  }

  /** Tells whenever a call was refused because the session is over. Returns how to stop it. */
  onSessionOver(tell: (error: ApiError) => void): () => void {
    this.over.add(tell);
    return () => { this.over.delete(tell); };
  }
}

/** The backend of this page's own host. `language` is asked at each call. */
export function webBackend(language: () => string, fetchIt: typeof fetch = fetch.bind(window)): Backend {
  let csrf: string | null = null;

  // Whoever has a cookie from before has no token yet; whoever has no cookie has nothing to ask for.
  async function token(): Promise<string> {
    if (csrf === null) {
      const answer = await fetchIt('/csrf', { credentials: 'same-origin' });
      csrf = answer.ok ? ((await answer.json()) as { token: string }).token : '';
    }
    return csrf;
  }

  const guarded: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const own = await token();
    if (own !== '') headers.set(CSRF, own);
    headers.set('Accept-Language', language());
    const answer = await fetchIt(input, { ...init, headers, credentials: 'same-origin' });
    csrf = answer.headers.get(CSRF) ?? csrf;
    // Another tab may have begun another session: the next call asks for its token.
    if (answer.status === 401 || answer.status === 403) csrf = null;
    return answer;
  };

  return new Backend(createConnectTransport({
    baseUrl: window.location.origin, useBinaryFormat: true, fetch: guarded,
  }), (method, messages, timeoutMs, signal) => uploadBy(guarded, method, messages, timeoutMs, signal));
}
