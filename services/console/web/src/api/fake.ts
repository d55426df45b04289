// SPDX-License-Identifier: Apache-2.0
// Services in memory, for tests: handlers by method, and what was asked of them. Messages go
// through their binary form, as over the wire.
import {
  create, type DescMessage, type DescMethod, type DescMethodClientStreaming,
  type DescMethodServerStreaming, type DescMethodUnary, type MessageInitShape, type MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport, type Transport } from '@connectrpc/connect';
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
  private readonly handlers = new Map<DescMethod, Handler>();
  private readonly asked: { method: DescMethod; request: unknown }[] = [];

  /** Answers this method from now on; throw fault(…) to refuse. A later one replaces an earlier. */
  on<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    answer: (request: MessageShape<I>) => MessageInitShape<O> | Promise<MessageInitShape<O>>,
  ): this {
    this.handlers.set(method, answer as unknown as Handler);
    return this;
  }

  /** The requests that came for a method, oldest first. */
  requests<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
  ): MessageShape<I>[] {
    return this.asked.filter((call) => call.method === (method as DescMethod))
      .map((call) => call.request as MessageShape<I>);
  }

  /** The same for a server's stream. */
  onStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    answer: (request: MessageShape<I>) => readonly MessageInitShape<O>[],
  ): this {
    this.handlers.set(method, answer as unknown as Handler);
    return this;
  }

  /** The same for an upload: the handler is given all its messages. */
  onUpload<I extends DescMessage, O extends DescMessage>(
    method: DescMethodClientStreaming<I, O>,
    answer: (messages: readonly MessageShape<I>[]) => MessageInitShape<O>,
  ): this {
    this.handlers.set(method, answer as unknown as Handler);
    return this;
  }

  private handle(method: DescMethod, request: unknown): unknown {
    this.asked.push({ method, request });
    const handler = this.handlers.get(method);
    // A method that no test answers is refused as one that is not there.
    if (handler === undefined) {
      throw new ConnectError(`no test answers ${method.parent.typeName}/${method.name}`, Code.Unimplemented);
    }
    return handler(request);
  }

  backend(): Backend {
    const unary: Transport['unary'] = (method, signal, timeoutMs, header, input, context) =>
      createRouterTransport((router) => {
        router.rpc(method, async (request: unknown) =>
          create(method.output, (await this.handle(method, request)) as never));
      }).unary(method, signal, timeoutMs, header, input, context);
    const stream: Transport['stream'] = (method, signal, timeoutMs, header, input, context) => {
      const handle = (request: unknown): unknown => this.handle(method, request);
      return createRouterTransport((router) => {
        router.rpc(method as DescMethodServerStreaming, async function* answers(request: unknown) {
          for (const one of handle(request) as never[]) yield create(method.output, one);
        });
      }).stream(method, signal, timeoutMs, header, input, context);
    };
    return new Backend({ unary, stream }, (method, messages) => Promise.resolve().then(() =>
      create(method.output, this.handle(method,
        messages.map((one) => create(method.input, one))) as never)));
  }
}
export const fakeServer = (): FakeServer => new FakeServer();
