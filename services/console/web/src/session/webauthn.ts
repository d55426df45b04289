// SPDX-License-Identifier: Apache-2.0
// A second factor by an authenticator, on this page's own origin. Acts are not signed here: that is
// the signing page's (signer.ts).
import type { Assertion } from '@/gen/shareway/console/v1/session_pb';

export type AssertionInit = Pick<Assertion, 'clientData' | 'authenticatorData' | 'signature'>;
export type Assert = (challenge: Uint8Array, relyingParty: string) => Promise<AssertionInit>;

/** Rejects with a DOMException where the person or the browser declines. */
export const assertByBrowser: Assert = async (challenge, relyingParty) => {
  const found = await navigator.credentials.get({
    publicKey: {
      challenge: Uint8Array.from(challenge), userVerification: 'required', timeout: 110_000,
      ...(relyingParty === '' ? {} : { rpId: relyingParty }),
    },
  });
  if (!(found instanceof PublicKeyCredential)) throw new DOMException('none', 'NotAllowedError');
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    clientData: new Uint8Array(answer.clientDataJSON),
    authenticatorData: new Uint8Array(answer.authenticatorData),
    signature: new Uint8Array(answer.signature),
  };
};
