// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/gate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/pass.h"

namespace shareway::rpc {
namespace {

constexpr size_t kMaxCertificates = 4096;
// How far the console's clock may be ahead of ours.
constexpr absl::Duration kAhead = absl::Minutes(1);

CallerKind KindOf(const crypto::Identity& identity) {
  switch (identity.kind) {
    case crypto::Identity::Kind::kNode: return CallerKind::NODE;
    case crypto::Identity::Kind::kSystem: return CallerKind::SYSTEM;
    case crypto::Identity::Kind::kService: return CallerKind::SERVICE;
    case crypto::Identity::Kind::kPerson: return CallerKind::PERSON;
  }
  return CallerKind::CALLER_KIND_UNSPECIFIED;
}

absl::Status Unauthenticated(Reason reason, absl::string_view why) {
  return Error(reason, absl::StatusCode::kUnauthenticated, why);
}

}  // namespace

bool Caller::has(Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

Gate::Gate(std::string domain, const DirectoryHolder* directory, std::string passes_at)
    : domain_(std::move(domain)), passes_at_(std::move(passes_at)), directory_(directory) {}

absl::StatusOr<Gate::Certificate> Gate::Read(absl::string_view pem) {
  {
    absl::MutexLock lock(&mutex_);
    auto it = certificates_.find(pem);
    if (it != certificates_.end()) return it->second;
  }
  SHAREWAY_ASSIGN_OR_RETURN(crypto::CertificateFacts facts, crypto::ReadCertificate(pem));
  Certificate certificate = {facts.identity, {}, facts.start, facts.end};
  SHAREWAY_ASSIGN_OR_RETURN(certificate.key_id, Hash32::From(facts.key_id));
  absl::MutexLock lock(&mutex_);
  if (certificates_.size() >= kMaxCertificates) certificates_.clear();
  certificates_.emplace(pem, certificate);
  return certificate;
}

absl::StatusOr<Caller> Gate::Named(absl::string_view actor, const Caller& peer) const {
  if (peer.name() != kConsole) {
    return Unauthenticated(Reason::kUnauthenticated,
                           absl::StrCat(peer.name(), " names a person; only ", kConsole, " may"));
  }
  const absl::StatusOr<Actor> named = ParseActor(actor);
  if (!named.ok()) {
    return Unauthenticated(Reason::kUnauthenticated, named.status().message());
  }
  Caller caller;
  caller.identity.kind = crypto::Identity::Kind::kPerson;
  caller.identity.domain = domain_;
  caller.identity.name = named->person;
  caller.key_id = peer.key_id;
  caller.factor = named->factor;
  caller.factor_time = named->factor_time;
  caller.named_by = peer.name();
  return caller;
}

// What costs nothing is looked at first; OpenPass verifies a signature.
absl::StatusOr<Caller> Gate::Passed(absl::string_view pass, const Caller& peer,
                                    const Directory& directory, absl::Time now) {
  const absl::Status refused =
      Unauthenticated(Reason::kUnauthenticated, "the pass is not good for this caller, or not here");
  const std::string& agency = peer.identity.agency;
  if (passes_at_.empty() || peer.identity.kind != crypto::Identity::Kind::kSystem ||
      !directory.Serves(passes_at_, agency)) {
    return refused;
  }
  const absl::StatusOr<Pass> opened = OpenPass(pass, directory, &verifier_, now);
  if (!opened.ok() || opened->system != peer.name() || opened->system_key != peer.key_id) {
    return refused;
  }
  const catalog::v1::Person* person = directory.person(opened->actor.person);
  if (person == nullptr || person->agency() != agency || !directory.Stands(opened->actor.person)) {
    return refused;
  }
  Caller caller;
  caller.identity.kind = crypto::Identity::Kind::kPerson;
  caller.identity.domain = domain_;
  caller.identity.name = opened->actor.person;
  caller.key_id = peer.key_id;
  caller.factor = opened->actor.factor;
  caller.factor_time = opened->actor.factor_time;
  caller.named_by = peer.name();
  caller.pass_key = opened->signed_by;
  caller.pass_end = opened->end;
  return caller;
}

absl::StatusOr<Caller> Gate::Identify(absl::string_view certificate_pem, const Claim& claim,
                                      const Policy& policy, absl::Time now) {
  absl::StatusOr<Certificate> certificate = Read(certificate_pem);
  if (!certificate.ok()) {
    return Unauthenticated(Reason::kUnauthenticated, certificate.status().message());
  }
  Caller caller;
  caller.identity = certificate->identity;
  caller.key_id = certificate->key_id;
  const std::string name = caller.identity.name;
  if (caller.identity.domain != domain_) {
    return Unauthenticated(Reason::kUnauthenticated,
                           absl::StrCat("identity is of domain ", caller.identity.domain,
                                        ", want ", domain_));
  }
  if (now < certificate->start || now >= certificate->end) {
    return Unauthenticated(Reason::kKeyRevoked, absl::StrCat(name, ": the certificate expired"));
  }
  const std::shared_ptr<const Directory> directory = directory_->Get();
  if (directory->empty()) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 "the directory has not arrived yet");
  }
  if (!Stands(caller, policy, now)) {
    return Unauthenticated(Reason::kKeyRevoked,
                           absl::StrCat(name, " holds no valid key in the directory"));
  }
  if (claim.pass && claim.actor) {
    return Unauthenticated(Reason::kUnauthenticated, "the call names a person in two ways");
  }
  if (claim.pass) {
    SHAREWAY_ASSIGN_OR_RETURN(caller, Passed(*claim.pass, caller, *directory, now));
  } else if (claim.actor) {
    SHAREWAY_ASSIGN_OR_RETURN(caller, Named(*claim.actor, caller));
    if (!Stands(caller, policy, now)) {
      return Unauthenticated(Reason::kKeyRevoked,
                             absl::StrCat(caller.name(), " does not stand in the directory"));
    }
  } else if (caller.person()) {
    caller.factor = Factor::kCertificate;
    caller.factor_time = now;
  }
  caller.agency = caller.identity.agency;
  if (caller.person()) {
    const catalog::v1::Person* person = directory->person(caller.name());
    if (person == nullptr) {
      return Unauthenticated(Reason::kKeyRevoked,
                             absl::StrCat(caller.name(), " is not in the directory"));
    }
    caller.agency = person->agency();
    for (int role : person->roles()) caller.roles.push_back(static_cast<Role>(role));
  }
  return caller;
}

bool Gate::Stands(const Caller& caller, const Policy& policy, absl::Time now) const {
  const std::shared_ptr<const Directory> directory = directory_->Get();
  const std::string& owner = caller.named_by.empty() ? caller.name() : caller.named_by;
  return directory->ValidKey(caller.key_id, owner, catalog::v1::Key::TLS, now) != nullptr &&
         (policy.admit_suspended() || directory->Stands(caller.name())) &&
         (!caller.by_pass() ||
          (now < caller.pass_end && directory->Stands(owner) &&
           directory->ValidKey(caller.pass_key, kConsole, catalog::v1::Key::MESSAGE, now) !=
               nullptr)) &&
         (caller.mandate.empty() ||
          directory->MandateOver(caller.name(), caller.agency, now) == caller.mandate);
}

bool Gate::HasRole(const Policy& policy, const std::vector<Role>& roles) {
  return std::any_of(policy.roles().begin(), policy.roles().end(), [&roles](int role) {
    return std::find(roles.begin(), roles.end(), static_cast<Role>(role)) != roles.end();
  });
}

absl::StatusOr<Caller> Gate::UnderMandate(Caller caller, absl::string_view inspected,
                                          const Policy& policy, absl::Time now) const {
  if (!policy.under_mandate() || !caller.person()) return caller;
  const std::shared_ptr<const Directory> directory = directory_->Get();
  std::string agency(inspected);
  if (agency.empty()) {
    const std::vector<std::pair<std::string, std::string>> all =
        directory->MandatesOf(caller.name(), now);
    const bool one = !all.empty() && std::all_of(all.begin(), all.end(), [&all](const auto& each) {
      return each.first == all.front().first;
    });
    if (!one || caller.roles.size() != 1) return caller;
    agency = all.front().first;
  }
  if (agency == caller.agency) return caller;
  std::string mandate = directory->MandateOver(caller.name(), agency, now);
  if (mandate.empty()) return Error::NotVisible(agency);
  caller.agency = std::move(agency);
  caller.roles = {OUTSIDE_SUPERVISOR};
  caller.lent.clear();
  caller.mandate = std::move(mandate);
  return caller;
}

absl::Status Gate::Admit(const Policy& policy, const Caller& caller, absl::Time now) {
  const CallerKind kind = KindOf(caller.identity);
  bool admitted =
      std::find(policy.callers().begin(), policy.callers().end(), kind) != policy.callers().end();
  if (kind == CallerKind::PERSON && policy.roles_size() > 0) {
    admitted = admitted && (HasRole(policy, caller.roles) ||
                            (policy.delegable() && HasRole(policy, caller.lent)) ||
                            (policy.under_mandate() && !caller.mandate.empty()));
  }
  if (kind == CallerKind::SERVICE && policy.services_size() > 0) {
    admitted = admitted && std::any_of(policy.services().begin(), policy.services().end(),
                                       [&](const std::string& service) {
                                         return caller.name() == absl::StrCat("services/", service);
                                       });
  }
  if (admitted && kind == CallerKind::PERSON && policy.fresh_factor()) {
    const absl::Duration age = now - caller.factor_time;
    if (age > kFreshFactor || age < -kAhead) {
      return Error(Reason::kFactorStale, absl::StatusCode::kPermissionDenied,
                   absl::StrCat(caller.name(), " showed the second factor ",
                                absl::FormatDuration(age), " ago, want within ",
                                absl::FormatDuration(kFreshFactor)));
    }
  }
  if (admitted) return absl::OkStatus();
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(caller.name(), " may not use this method"));
}

}  // namespace shareway::rpc
