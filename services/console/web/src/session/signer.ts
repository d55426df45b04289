// SPDX-License-Identifier: Apache-2.0
// Acts of consequence carry the person's own signature over their exact bytes (libs/rpc/signed_act.h).
// It is made on the signing page, which lies on an origin of its own and shows the act as it reads it
// (tools/signing_page): this application writes the act, hands it over, and files what comes back.
import {
  create, fromBinary, toBinary, type DescMessage, type DescMethodUnary, type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ActSchema, SignedActSchema, type SignedAct } from '@/gen/shareway/evidence/v1/envelope_pb';
import { withRequestId } from '@/api/request';

const KIND = 'shareway-signing/1';

/** Why nothing was signed: a code of the signing page (texts.js, `why`), or one of ours. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
  constructor(readonly why: string) { super(why); }
}

/** Has an act signed by `person`: the bytes of an Act in, those of a SignedAct out. NotSigned. */
export type Signer = (act: Uint8Array, person: string) => Promise<Uint8Array>;

/** /package.Service/Method, as acts and paths name it. */
export const pathOf = (method: DescMethodUnary): string => `/${method.parent.typeName}/${method.name}`;

/** The act of calling `method` with `request`, new each time: a service takes an act once. */
export function actOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>, request: MessageInitShape<I>, person: string, requestId: string,
  now: Date,
): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  return toBinary(ActSchema, create(ActSchema, {
    nonce, person, method: pathOf(method as unknown as DescMethodUnary), time: timestampFromDate(now),
    request: toBinary(method.input, withRequestId(method.input, request, requestId)),
  }));
}

/** The request that carries a signed act and nothing else. NotSigned if it is of another act. */
export function carrying<I extends DescMessage>(
  input: I, act: Uint8Array, signed: Uint8Array,
): MessageShape<I> {
  let read: SignedAct;
  try {
    read = fromBinary(SignedActSchema, signed);
  } catch {
    throw new NotSigned('message');
  }
  if (read.act.length !== act.length || read.act.some((byte, i) => byte !== act[i])) {
    throw new NotSigned('other');
  }
  return create(input, { signedAct: read } as never);
}

const keyPlace = (person: string): string => `shareway.signing-key ${person}`;

/** The public key of the person's authenticator as the directory has it; empty: not told yet. */
export const signingKeyOf = (person: string): string => localStorage.getItem(keyPlace(person)) ?? '';

/** SubjectPublicKeyInfo in base64, white space and PEM's lines aside; null if it can be none. */
export function readKey(text: string): Uint8Array | null {
  const plain = text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
  try {
    const bytes = Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
    // A P-256 key in DER: 91 bytes, SEQUENCE first.
    return bytes.length === 91 && bytes[0] === 0x30 ? bytes : null;
  } catch {
    return null;
  }
}

/** False if it is none. The key is public; it is kept in this browser. */
export function keepSigningKey(person: string, text: string): boolean {
  const key = readKey(text);
  if (key === null) return false;
  localStorage.setItem(keyPlace(person), btoa(String.fromCharCode(...key)));
  return true;
}

/** By the signing page at `address`, opened as a window of its own. */
export function pageSigner(address: string): Signer {
  return (act, person) => new Promise((resolve, reject) => {
    const key = readKey(signingKeyOf(person));
    if (address === '') return reject(new NotSigned('noPage'));
    if (key === null) return reject(new NotSigned('noKey'));
    const { origin } = new URL(address);
    const page = window.open(address, '_blank', 'popup,width=900,height=800');
    if (page === null) return reject(new NotSigned('blocked'));
    const end = (): void => {
      window.removeEventListener('message', hear);
      clearInterval(watch);
    };
    const hear = (event: MessageEvent): void => {
      if (event.source !== page || event.origin !== origin) return;
      const data = event.data as Record<string, unknown> | null;
      if (data === null || data['kind'] !== KIND) return;
      if (data['ready'] === true) {
        page.postMessage({ kind: KIND, act, key }, origin);
      } else if (data['signedAct'] instanceof Uint8Array) {
        end();
        // It has no more to show. One that refused stays, to say why.
        page.close();
        resolve(data['signedAct']);
      } else if (typeof data['refused'] === 'string') {
        end();
        reject(new NotSigned(data['refused']));
      }
    };
    // Closed without a word: the person went away.
    const watch = setInterval(() => {
      if (!page.closed) return;
      end();
      reject(new NotSigned('closed'));
    }, 500);
    window.addEventListener('message', hear);
    return undefined;
  });
}
