// SPDX-License-Identifier: Apache-2.0
// What an installation says of itself in console.json, beside index.html. Read once at the start.
export interface Settings {
  /** Where acts are signed (tools/signing_page), an https address with its path; empty: nowhere. */
  readonly signingPage: string;
  /** The WebAuthn party, --webauthn_id; empty: this page's own host. */
  readonly relyingParty: string;
  /** Whose words labels follow where no object says: a statute profile. */
  readonly profile: string;
  /** True: people may sign in by an OpenID provider. */
  readonly provider: boolean;
  /** True: these pages are served by a gateway beside a node; most areas are the console's. */
  readonly atNode: boolean;
}

export const DEFAULTS: Settings = {
  signingPage: '', relyingParty: '', profile: 'cn-2025-809', provider: false, atNode: false,
};

/** Members of another type, or none, are as by default. */
export function settingsOf(json: unknown): Settings {
  const given = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = (name: 'signingPage' | 'relyingParty' | 'profile'): string =>
    (typeof given[name] === 'string' ? given[name] : DEFAULTS[name]);
  const page = text('signingPage');
  return {
    // Anywhere else than https an act could be shown other than it is.
    signingPage: /^https:\/\/|^http:\/\/localhost[:/]/.test(page) ? page : '',
    relyingParty: text('relyingParty'), profile: text('profile') || DEFAULTS.profile,
    provider: given['provider'] === true, atNode: given['atNode'] === true,
  };
}

export async function loadSettings(fetchIt: typeof fetch = fetch): Promise<Settings> {
  try {
    const answer = await fetchIt('/console.json');
    return settingsOf(answer.ok ? await answer.json() : {});
  } catch {
    return DEFAULTS;
  }
}
