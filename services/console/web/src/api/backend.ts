// SPDX-License-Identifier: Apache-2.0
// The way to the services: Connect's unary calls through the console's gateway, as it wants them
// (services/console/README.md: session by cookie, CSRF token in a field, deadline).
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { ApiError, toApiError } from './error';

/** How long a call may take, in milliseconds. The gateway allows 30 s. */
export const TIMEOUT_MS = 20_000;
const CSRF = 'Shareway-Csrf';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** One way to the services; pages get it from useBackend(), tests make one of fakeServer(). */
export class Backend {
  private readonly over = new Set<(error: ApiError) => void>();

  constructor(private readonly transport: Transport) {}

  /** ApiError for everything that goes wrong. Calls are never repeated here. */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>, request: MessageInitShape<I>, options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    try {
      const answer = await this.transport.unary(
        method, options.signal, options.timeoutMs ?? TIMEOUT_MS, undefined, request);
      return answer.message;
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.sessionOver) for (const tell of this.over) tell(error);
      throw error;
    }
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
  }));
}
