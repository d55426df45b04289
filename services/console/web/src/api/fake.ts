// SPDX-License-Identifier: Apache-2.0
// Services in memory, for tests: handlers by method, and what was asked of them. Messages go
// through their binary form, as over the wire.
import { create, type DescMessage, type DescMethodUnary, type MessageInitShape, type MessageShape }
  from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import {
  BadRequestSchema, ErrorInfoSchema, LocalizedMessageSchema,
} from '@/gen/google/rpc/error_details_pb';
import { Backend } from './backend';

type Handler = (request: unknown) => unknown;

/** An error as a service gives it, with its details. */
export function fault(code: Code, reason: string, more: {
  message?: string; localized?: string; metadata?: Record<string, string>;
  fields?: { field: string; rule: string }[];
} = {}): ConnectError {
  const details = [
    { desc: ErrorInfoSchema, value: { reason, domain: 'shareway', metadata: more.metadata ?? {} } },
    ...(more.fields === undefined ? [] : [{
      desc: BadRequestSchema,
      value: { fieldViolations: more.fields.map(({ field, rule }) => ({ field, description: rule })) },
    }]),
    ...(more.localized === undefined ? [] : [{
      desc: LocalizedMessageSchema, value: { locale: 'zh-Hans', message: more.localized },
    }]),
  ];
  return new ConnectError(more.message ?? reason, code, undefined, details);
}

export class FakeServer {
  private readonly handlers = new Map<DescMethodUnary, Handler>();
  private readonly asked: { method: DescMethodUnary; request: unknown }[] = [];

  /** Answers this method from now on; throw fault(…) to refuse. A later one replaces an earlier. */
  on<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    answer: (request: MessageShape<I>) => MessageInitShape<O> | Promise<MessageInitShape<O>>,
  ): this {
    this.handlers.set(method as unknown as DescMethodUnary, answer as unknown as Handler);
    return this;
  }

  /** The requests that came for a method, oldest first. */
  requests<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
  ): MessageShape<I>[] {
    return this.asked.filter((call) => call.method === (method as unknown as DescMethodUnary))
      .map((call) => call.request as MessageShape<I>);
  }

  backend(): Backend {
    // A method that no test answers is refused as one that is not there.
    return new Backend({
      unary: (method, signal, timeoutMs, header, input, context) => {
        const transport = createRouterTransport((router) => {
          router.rpc(method, async (request: unknown) => {
            const known = method as unknown as DescMethodUnary;
            this.asked.push({ method: known, request });
            const handler = this.handlers.get(known);
            if (handler === undefined) {
              throw new ConnectError(`no test answers ${method.parent.typeName}/${method.name}`,
                Code.Unimplemented);
            }
            return create(method.output, (await handler(request)) as never);
          });
        });
        return transport.unary(method, signal, timeoutMs, header, input, context);
      },
      stream: () => Promise.reject(new ConnectError('no streams', Code.Unimplemented)),
    });
  }
}
export const fakeServer = (): FakeServer => new FakeServer();
