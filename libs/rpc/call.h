// SPDX-License-Identifier: Apache-2.0
// One call as a handler sees it: who calls, until when, in which trace.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/crypto/identity.h"
#include "shareway/evidence/v1/envelope.pb.h"
#include "shareway/policy.pb.h"

namespace shareway::rpc {

// The second factor that a person showed.
enum class Factor { kNone, kTotp, kWebAuthn, kCertificate };

// Who calls: the TLS peer, as the directory knows it, or the person whom the console named, at the
// call or in a pass.
struct Caller {
  crypto::Identity identity = {};
  // agencies/{a}: a node's or system's own, a person's by the directory; empty for services.
  std::string agency = {};
  std::vector<Role> roles = {};  // a person's, by the directory
  Hash32 key_id = {};            // of the TLS certificate
  // Of a person, and when it was shown last. Who calls with his own certificate shows it each time.
  Factor factor = Factor::kNone;
  absl::Time factor_time = absl::InfinitePast();
  // Whose certificate it is where it is not the caller's own: services/console, which named the
  // person, or the system agencies/{a}/systems/{s} that showed a pass for him.
  std::string named_by = {};
  // Of a person by a pass (pass.h): by which key it is signed, and when it is over.
  Hash32 pass_key = {};
  absl::Time pass_end = absl::InfiniteFuture();
  // Roles that others lend the person now: filled for delegable methods only, never in `roles`.
  std::vector<Role> lent = {};
  // The mandate under which a supervisor reads here what is open to `agency`, which is then the
  // one that he inspects, while `roles` has OUTSIDE_SUPERVISOR alone. Empty: he acts as himself.
  std::string mandate = {};

  const std::string& name() const { return identity.name; }
  bool by_pass() const { return pass_end != absl::InfiniteFuture(); }
  bool person() const { return identity.kind == crypto::Identity::Kind::kPerson; }
  bool has(Role role) const;
};

// One call. Outlives the handler; thread-safe.
class Call {
 public:
  virtual ~Call() = default;

  const Caller& caller() const { return caller_; }
  // Full method, for example /shareway.audit.v1.AuditService/Append.
  const std::string& method() const { return method_; }
  // The caller's deadline; InfiniteFuture if it set none.
  absl::Time deadline() const { return deadline_; }
  // W3C traceparent: the caller's, or one of our own.
  const std::string& traceparent() const { return traceparent_; }
  Language language() const { return language_; }
  // The verified act of a method whose policy asks for one.
  const evidence::v1::SignedAct* act() const { return act_ ? &*act_ : nullptr; }
  // The exact bytes of the request that the handler got (of the act's request, for signed acts).
  const std::string& request_bytes() const { return request_bytes_; }
  // True once nobody waits for the answer.
  virtual bool cancelled() const = 0;
  // Runs `work`, which may block, where blocking does no harm. For handlers that begin on
  // the reading thread (Server::Begin::kHere); elsewhere, and where the pool is full, it
  // runs at once.
  virtual void Continue(std::function<void()> work) const { work(); }

 protected:
  Caller caller_;
  std::string method_;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::string traceparent_;
  Language language_ = Language::kEnglish;
  std::optional<evidence::v1::SignedAct> act_;
  std::string request_bytes_;
};

}  // namespace shareway::rpc
