// SPDX-License-Identifier: Apache-2.0
// Renders the application, or one page of it, for somebody signed in, over services in memory.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { render, type RenderResult } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation } from 'react-router';
import { fault, fakeServer, type FakeServer } from '@/api/fake';
import { App } from '@/app/App';
import { DEFAULTS, type Settings } from '@/app/settings';
import { DirectoryService } from '@/gen/shareway/catalog/v1/directory_service_pb';
import { Factor, SessionSchema, type Session } from '@/gen/shareway/console/v1/session_pb';
import { SessionService } from '@/gen/shareway/console/v1/session_service_pb';
import { SignedActSchema } from '@/gen/shareway/evidence/v1/envelope_pb';
import { toBinary } from '@bufbuild/protobuf';
import { Role } from '@/gen/shareway/policy_pb';
import type { Signer } from '@/session/signer';

export const WANG = 'people/wang';
export const TAX = 'agencies/11330000MB0000000A';

/** A session that began now. */
export function sessionOf(roles: readonly Role[], person = WANG, agency = TAX): Session {
  const now = Date.now();
  return create(SessionSchema, {
    name: 'sessions/s1', account: `accounts/${person.slice(7)}`, person, agency, roles: [...roles],
    factor: Factor.TOTP, createTime: timestampFromDate(new Date(now)),
    endTime: timestampFromDate(new Date(now + 8 * 3600_000)),
    stepUpEndTime: timestampFromDate(new Date(now + 300_000)),
  });
}

/** Signs nothing, and says it did: the bytes that come back carry the act as it was. */
export const fakeSigner: Signer = (act) =>
  Promise.resolve(toBinary(SignedActSchema, create(SignedActSchema, { act })));

export interface Shown extends RenderResult {
  readonly server: FakeServer;
  readonly user: UserEvent;
  /** The address of the page shown, with its query. */
  readonly address: () => string;
}

export interface Showing {
  /** Null: nobody is signed in. */
  readonly roles?: readonly Role[] | null;
  readonly person?: string;
  readonly agency?: string;
  readonly path?: string;
  readonly server?: FakeServer;
  readonly signer?: Signer;
  readonly settings?: Partial<Settings>;
}

/** The whole application at `path`; with `page`, that one alone in its place. */
export function show(options: Showing = {}, page?: ReactNode): Shown {
  const server = options.server ?? fakeServer();
  const { roles = [] } = options;
  server.on(SessionService.method.getSession, () => {
    if (roles === null) throw fault(Code.Unauthenticated, 'SESSION_OVER');
    return sessionOf(roles, options.person, options.agency);
  });
  server.on(DirectoryService.method.getAgency, ({ name }) => ({ name, displayName: `部门 ${name.slice(-1)}` }));
  let address = '';
  function Address(): ReactNode {
    const { pathname, search } = useLocation();
    address = pathname + search;
    return null;
  }
  const user = userEvent.setup();
  const result = render(
    <MemoryRouter initialEntries={[options.path ?? '/']}>
      <Address />
      <App backend={server.backend()} settings={{ ...DEFAULTS, ...options.settings }}
        signer={options.signer ?? fakeSigner}>
        {page}
      </App>
    </MemoryRouter>,
  );
  return { ...result, server, user, address: () => address };
}
