// SPDX-License-Identifier: Apache-2.0
// The whole service over a memory store, for tests: agencies, resources, errands.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"
#include "services/sharing/disputes/disputes.h"
#include "services/sharing/domain/examples.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {

struct TestDesk {
  FakeClock clock{Morning()};
  kv::MemoryStore kv;
  std::unique_ptr<outbox::Outbox> outbox =
      outbox::Outbox::Open(&kv, "shareway://test/service/sharing", &clock).value();
  SharingStore store{&kv, outbox.get()};
  std::map<std::string, Agency, std::less<>> agencies = {{kTax, AgencyOf(kTax)},
                                                         {kCivil, AgencyOf(kCivil)},
                                                         {kHousing, AgencyOf(kHousing)},
                                                         {kBureau, AgencyOf(kBureau)}};
  std::map<std::string, Authority, std::less<>> authorities = {{City().name, City()}};
  Desk desk{&store,       &clock,        &Profiles(),
            &Calendars(), "cn-2025-809", [this](absl::string_view name) -> std::optional<Agency> {
              auto found = agencies.find(name);
              if (found == agencies.end()) return std::nullopt;
              return found->second;
            },
            [this](absl::string_view name) -> std::optional<Authority> {
              auto found = authorities.find(name);
              if (found == authorities.end()) return std::nullopt;
              return found->second;
            }};
  Sharing sharing{&desk};
  Grants grants{&desk};
  Disputes disputes{&desk, &sharing};
  int acts = 0;

  TestDesk() {
    if (!store.Prepare().ok()) std::abort();
    for (const Resource& resource : {Marriages(), Divisions(), Adoptions()}) {
      if (!grants.Follow(resource).ok()) std::abort();
    }
  }

  // Puts every agency under this profile.
  void Govern(const std::string& profile) {
    for (auto& [name, agency] : agencies) agency.authority = City(profile);
  }

  // A write of this actor, with an act of its own.
  Errand By(const Actor& actor, const std::string& request_id = "", const std::string& body = "") {
    Errand errand{.actor = actor,
                  .once = {.caller = actor.name,
                           .method = "/test",
                           .request_id = request_id,
                           .body = body},
                  .act = evidence::SignedAct(),
                  .traceparent = {}};
    errand.act->set_act(absl::StrCat("act ", ++acts));
    return errand;
  }

  Stored<Request> Draft(const Request::Fields& asked) {
    return sharing.Create(By(Applicant()), asked, false).value();
  }
  Stored<Request> Draft(const Resource& resource = Marriages()) { return Draft(Asked(resource)); }
  Stored<Request> SignedOff(const Request::Fields& asked) {
    const Stored<Request> draft = Draft(asked);
    return sharing.SignOff(By(ConsumerHead()), NameOf(draft), EtagOf(draft)).value();
  }
  Stored<Request> SignedOff(const Resource& resource = Marriages()) {
    return SignedOff(Asked(resource));
  }
  Stored<Request> Submitted(const Request::Fields& asked) {
    const Stored<Request> signed_off = SignedOff(asked);
    return sharing.Submit(By(Applicant()), NameOf(signed_off), EtagOf(signed_off)).value();
  }
  Stored<Request> Submitted(const Resource& resource = Marriages()) {
    return Submitted(Asked(resource));
  }
  Stored<Request> Decided(const Decision& decision = {.verdict = Decision::Verdict::kApprove},
                          const Request::Fields& asked = Asked(Marriages())) {
    const Stored<Request> submitted = Submitted(asked);
    return sharing.Decide(By(Reviewer()), NameOf(submitted), EtagOf(submitted), decision).value();
  }
  Stored<Request> Answered(const Decision& decision = {.verdict = Decision::Verdict::kApprove},
                           const Request::Fields& asked = Asked(Marriages())) {
    const Stored<Request> decided = Decided(decision, asked);
    return sharing.SignOffDecision(By(ProviderHead()), NameOf(decided), EtagOf(decided)).value();
  }
  // A grant by the conditional path.
  Stored<Grant> Granted() {
    return store.LoadGrant(Answered().value.fields().grant).value();
  }
  // The same to another agency than kTax.
  Stored<Grant> GrantedTo(const std::string& agency) {
    const Actor asks{.name = agency + "/a", .agency = agency, .applicant = true};
    const Actor signs{.name = agency + "/h", .agency = agency, .head = true};
    Stored<Request> request = sharing.Create(By(asks), Asked(Marriages()), false).value();
    request = sharing.SignOff(By(signs), NameOf(request), EtagOf(request)).value();
    request = sharing.Submit(By(asks), NameOf(request), EtagOf(request)).value();
    request = sharing
                  .Decide(By(Reviewer()), NameOf(request), EtagOf(request),
                          {.verdict = Decision::Verdict::kApprove})
                  .value();
    request =
        sharing.SignOffDecision(By(ProviderHead()), NameOf(request), EtagOf(request)).value();
    return store.LoadGrant(request.value.fields().grant).value();
  }

  template <typename T>
  static std::string NameOf(const Stored<T>& stored) {
    return stored.value.fields().name;
  }
  template <typename T>
  static std::string EtagOf(const Stored<T>& stored) {
    return Desk::EtagOf(stored.version);
  }

  // What the outbox holds, oldest first.
  std::vector<evidence::AuditRecord> Events() {
    std::vector<evidence::AuditRecord> events;
    (void)kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      events.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      return true;
    });
    return events;
  }
  std::vector<Stored<Request>> Requests() {
    return store.ListRequests({kTax}, "", 1000, [](const Request&) { return true; })
        .value()
        .values;
  }
  std::vector<Stored<Grant>> AllGrants() {
    return store.ListGrants({kTax}, "", 1000, [](const Grant&) { return true; }).value().values;
  }
  // Empty if every APPROVED request has its grant and every grant its APPROVED request.
  std::string Mismatch() {
    size_t approved = 0;
    for (const Stored<Request>& request : Requests()) {
      const Request::Fields& f = request.value.fields();
      if ((f.state == Request::State::kApproved) != !f.grant.empty()) return f.name;
      if (f.grant.empty()) continue;
      // A consent to pass on stands on the grant that was there.
      if (f.change.kind == ScopeChange::Kind::kThirdParty) continue;
      ++approved;
      const auto grant = store.LoadGrant(f.grant);
      if (!grant.ok() || grant->value.fields().request != f.name) return f.grant;
    }
    return approved == AllGrants().size() ? "" : "a grant without a request";
  }
};

}  // namespace shareway::sharing
