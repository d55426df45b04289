// SPDX-License-Identifier: Apache-2.0
// Has an authenticator sign an act, and writes evidence.v1.SignedAct (proto/FORMATS.md section 3).
// The challenge is computed from the act's bytes, here; there is no way to pass one in.
import { concat, need, same, utf8 } from '../../verifier_page/src/bytes.js';
import { checkWebauthn } from '../../verifier_page/src/pack.js';
import { loadKey, P256_SHA256, sha256 } from '../../verifier_page/src/signatures.js';

function varint(n) {
  const out = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  out.push(n);
  return Uint8Array.from(out);
}

const number = (field, n) => concat(varint(field << 3), varint(n));
const sized = (field, bytes) => concat(varint((field << 3) | 2), varint(bytes.length), bytes);

function written(act, keyId, signature, proof) {
  return concat(
    sized(1, act),
    sized(2, concat(number(1, P256_SHA256), sized(2, keyId), number(4, 1), sized(6, signature))),
    sized(3, concat(sized(1, proof.authenticatorData), sized(2, proof.clientDataJson))));
}

/** The domain that authenticators are bound to: that of the page without its first label. */
export function partyOf(host) {
  if (host === 'localhost') return host;
  const party = host.split('.').slice(1);
  need(party.length >= 2, 'host');
  return party.join('.');
}

/**
 * The bytes of a SignedAct by `spki`, the person's WEBAUTHN key in the directory. `credential` may
 * be empty: the authenticator then offers those it has. `get` is navigator.credentials.get.
 * Refused if the person does not sign, or if no verifier would take what was signed.
 */
export async function signAct(act, { spki, credential }, party, get) {
  const key = loadKey(spki);
  need(key.suite === P256_SHA256, 'suite');
  const challenge = sha256(act);
  let made;
  try {
    made = await get({ publicKey: {
      challenge, rpId: party, userVerification: 'required', timeout: 120000,
      allowCredentials: credential.length > 0 ? [{ type: 'public-key', id: credential }] : [],
    } });
  } catch {
    need(false, 'notSigned');
  }
  need(made?.response !== undefined, 'notSigned');
  const proof = {
    authenticatorData: new Uint8Array(made.response.authenticatorData),
    clientDataJson: new Uint8Array(made.response.clientDataJSON),
  };
  const bytes = new Uint8Array(made.response.signature);
  need(same(proof.authenticatorData.slice(0, 32), sha256(utf8(party))), 'party');
  checkWebauthn(proof, key, challenge, {
    suite: BigInt(P256_SHA256), keyId: key.id, index: 0n, size: 1n, path: [], bytes,
  });
  return written(act, key.id, bytes, proof);
}
