// SPDX-License-Identifier: Apache-2.0
// A key made by an authenticator, and a second factor by it, on this page's own origin. Acts are not
// signed here: that is the signing page's (signer.ts).
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

/** A key that the person's authenticator makes for this installation. */
export interface Made {
  /** Its SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}
export type Make = (person: string, relyingParty: string) => Promise<Made>;

const ES256 = -7;

/**
 * Has the authenticator make a P-256 key, which it keeps. Nothing is believed of it here: it counts once
 * the security administrator has registered it in the directory, in the person's presence. Rejects with
 * a DOMException where the person or the browser declines, or the key is of another kind.
 */
export const makeByBrowser: Make = async (person, relyingParty) => {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { name: 'Shareway', ...(relyingParty === '' ? {} : { id: relyingParty }) },
      user: { id: new TextEncoder().encode(person), name: person, displayName: person },
      pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
      authenticatorSelection: { userVerification: 'required', residentKey: 'required' },
      attestation: 'none', timeout: 110_000,
    },
  });
  if (!(made instanceof PublicKeyCredential)) throw new DOMException('none', 'NotAllowedError');
  const answer = made.response as AuthenticatorAttestationResponse;
  const spki = answer.getPublicKey();
  if (spki === null || answer.getPublicKeyAlgorithm() !== ES256) throw new DOMException('kind', 'NotSupportedError');
  return { spki: new Uint8Array(spki) };
};
