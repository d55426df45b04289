// SPDX-License-Identifier: Apache-2.0
// In whose trays a request lies.
#include "services/sharing/domain/tray.h"

#include "absl/strings/str_cat.h"

namespace shareway::sharing {
namespace {

absl::string_view PostName(Post post) {
  switch (post) {
    case Post::kAnyone: break;
    case Post::kApplicant: return "APPLICANT";
    case Post::kHead: return "HEAD";
    case Post::kReviewer: return "REVIEWER";
    case Post::kOfficer: return "OFFICER";
    case Post::kRecorder: return "RECORDER";
    default: break;
  }
  return "ANYONE";
}

std::vector<Tray> SupplyWaitsFor(const Request::Fields& f) {
  switch (f.supply.state) {
    case Supply::State::kAwaited:
    case Supply::State::kDisputed: return {{f.provider, Post::kReviewer}};
    case Supply::State::kReported: return {{f.consumer, Post::kApplicant}};
    default: return {};
  }
}

}  // namespace

std::string TrayName(const Tray& tray) {
  return absl::StrCat(tray.agency, "/", PostName(tray.post));
}

std::vector<Tray> WaitsFor(const Request& request) {
  const Request::Fields& f = request.fields();
  switch (f.state) {
    case Request::State::kDraft: return {{f.consumer, Post::kHead}};
    case Request::State::kSignedOff:
    case Request::State::kNeedsSupplement: return {{f.consumer, Post::kApplicant}};
    case Request::State::kAuthorityCheck: return {{f.authority_agency, Post::kOfficer}};
    case Request::State::kInReview:
      if (f.extension && f.extension->state == ReplyExtension::State::kAsked) {
        return {{f.provider, Post::kReviewer}, {f.authority_agency, Post::kOfficer}};
      }
      return {{f.provider, Post::kReviewer}};
    case Request::State::kDecided:
      if (f.second_review && f.second_reviewer.empty()) return {{f.provider, Post::kReviewer}};
      return {{f.provider, Post::kHead}};
    case Request::State::kApproved: return SupplyWaitsFor(f);
    case Request::State::kUnspecified:
    case Request::State::kRefused:
    case Request::State::kWithdrawn: return {};
  }
  return {};
}

std::vector<std::string> OpenFor(const Request& request) {
  const Request::Fields& f = request.fields();
  const std::vector<Tray> waits = WaitsFor(request);
  if (waits.empty()) return {};
  std::vector<std::string> open = {f.consumer};
  if (f.submit_time) open.push_back(f.provider);
  for (const Tray& tray : waits) {
    if (tray.agency != f.consumer && tray.agency != f.provider) open.push_back(tray.agency);
  }
  return open;
}

std::vector<Tray> TraysOf(const Actor& actor) {
  std::vector<Tray> trays;
  if (actor.applicant) trays.push_back({actor.agency, Post::kApplicant});
  if (actor.head) trays.push_back({actor.agency, Post::kHead});
  if (actor.reviewer) trays.push_back({actor.agency, Post::kReviewer});
  if (actor.officer) trays.push_back({actor.agency, Post::kOfficer});
  return trays;
}

}  // namespace shareway::sharing
