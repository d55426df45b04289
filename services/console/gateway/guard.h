// SPDX-License-Identifier: Apache-2.0
// What stands before every request of a browser, and on every answer to it: host, origin, cookie,
// CSRF token, security fields. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// The cookie that holds a session's token. `__Host-`: browsers take it over TLS alone, for this
// host alone, and for all its paths.
inline constexpr char kSessionCookie[] = "__Host-shareway";
// That of a gateway beside a node, which may be the console's host at another port: cookies know none.
inline constexpr char kNodeCookie[] = "__Host-shareway-node";
// The request field of the CSRF token, in lower case.
inline constexpr char kCsrfField[] = "shareway-csrf";

// Which names this server answers to.
class Hosts {
 public:
  // Each as a browser writes it into Host: a name or address, with the port unless that is 443;
  // at least one. INVALID_ARGUMENT naming what is none.
  static absl::StatusOr<Hosts> Of(const std::vector<std::string>& hosts);
  bool Has(absl::string_view host) const;
  // True if `origin` is https and one of them.
  bool HasOrigin(absl::string_view origin) const;

 private:
  std::vector<std::string> hosts_;  // lower case
};

// OK if the request is for this server, and no other site's page sent it. INVALID_ARGUMENT for a
// repeated field that a rule reads, no or another Host, and a target that is no path;
// PERMISSION_DENIED, POLICY_DENIED, where Origin or Sec-Fetch-Site tell of another site. Pages may
// be opened from other sites (`navigation`), calls may not.
absl::Status CheckSite(const HttpRequest& request, const Hosts& hosts, bool navigation);

// The session's token, empty if there is no such cookie. INVALID_ARGUMENT for two of them, and for
// what cannot be a token.
absl::StatusOr<std::string> TokenOf(const HttpRequest& request,
                                    absl::string_view cookie = kSessionCookie);
// Values of Set-Cookie. The token is not to be had by scripts, and goes with no other site's
// request. It has no lifetime of its own: the session ends on the server.
std::string SettingCookie(absl::string_view token, absl::string_view cookie = kSessionCookie);
std::string ClearingCookie(absl::string_view cookie = kSessionCookie);

// The CSRF token of a session: 64 hexadecimal digits, an HMAC under the session's own token. It
// tells nothing of that one, and lives exactly as long.
std::string CsrfOf(absl::string_view token);
// PERMISSION_DENIED, POLICY_DENIED, unless the request carries it.
absl::Status CheckCsrf(const HttpRequest& request, absl::string_view token);

// For a GET that begins something: PERMISSION_DENIED, POLICY_DENIED, unless the browser says that a
// person goes there, or is too old to say.
absl::Status CheckNavigation(const HttpRequest& request);

// 16 random bytes in base64, for one page.
std::string NewNonce();
// The fields of every answer.
void Secure(HttpAnswer* answer);
// Besides, those of a page without scripts whose one style sheet, in the page, carries `nonce`.
void SecurePrint(absl::string_view nonce, HttpAnswer* answer);
// Besides, those of a page whose scripts and styles carry `nonce`; empty: it has no scripts.
void SecurePage(absl::string_view nonce, HttpAnswer* answer);

}  // namespace shareway::console
