// SPDX-License-Identifier: Apache-2.0
// Looks over what the catalogue itself computes.
#include "services/sharing/rpc/catalog_look.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/sharing/supervision/catalogue_findings.h"
#include "shareway/catalog/v1/source.pb.h"
#include "shareway/catalog/v1/update.pb.h"

namespace shareway::sharing {
namespace {

constexpr char kListUpdateClocks[] = "/shareway.catalog.v1.CatalogService/ListUpdateClocks";
constexpr char kListSources[] = "/shareway.catalog.v1.CatalogService/ListSources";
constexpr char kListCollectedItems[] = "/shareway.catalog.v1.CatalogService/ListCollectedItems";
constexpr int kPage = 200;
// Of one look: the catalogue answers short and empty pages where it has to search.
constexpr int kMaxPages = 10'000;
constexpr absl::Duration kPatience = absl::Seconds(5);

static_assert(static_cast<int>(LateClock::Kind::kUpdate) == catalog::v1::UpdateClock::UPDATE);
static_assert(static_cast<int>(LateClock::Kind::kPublication) ==
              catalog::v1::UpdateClock::PUBLICATION);

LateClock FromProto(const catalog::v1::UpdateClock& clock) {
  LateClock late{.name = clock.name(),
                 .kind = LateClock::Kind::kUnspecified,
                 .resource = clock.resource(),
                 .provider = clock.provider(),
                 .authority = clock.authority(),
                 .profile = clock.profile(),
                 .change = clock.change().subject(),
                 .document = clock.change().document(),
                 .trigger = evidence::FromTimestamp(clock.trigger_time()),
                 .due = evidence::FromTimestamp(clock.due_time()),
                 .provisional = clock.provisional(),
                 .extension_asked = clock.state() == catalog::v1::UpdateClock::EXTENSION_ASKED};
  if (clock.kind() == catalog::v1::UpdateClock::UPDATE ||
      clock.kind() == catalog::v1::UpdateClock::PUBLICATION) {
    late.kind = static_cast<LateClock::Kind>(clock.kind());
  }
  if (clock.has_end_time()) late.end = evidence::FromTimestamp(clock.end_time());
  return late;
}

CollectedItem::Source FromProto(const catalog::v1::Source& source) {
  return {.name = source.name(),
          .resource = source.resource(),
          .item = source.item(),
          .provider = source.provider(),
          .authority = source.authority(),
          .document = source.document(),
          .designated = evidence::FromTimestamp(source.designate_time())};
}

CollectedItem FromProto(const catalog::v1::CollectedItem& item) {
  CollectedItem out{.name = item.name()};
  for (const catalog::v1::CollectedItem::Collector& collector : item.collectors()) {
    out.collectors.push_back(
        {.agency = collector.provider(),
         .resources = {collector.resources().begin(), collector.resources().end()}});
  }
  return out;
}

// Offers every page to `take`. Ends with the first call that fails, and CANCELLED once the service
// stops.
template <typename Request, typename Response, typename Take>
absl::Status EachPage(const absl::Notification& stopped, rpc::Channel& catalog,
                      const std::string& path, Request request, Take take) {
  request.set_page_size(kPage);
  for (int i = 0; i < kMaxPages; ++i) {
    if (stopped.HasBeenNotified()) return absl::CancelledError("the service stops");
    SHAREWAY_ASSIGN_OR_RETURN(
        const Response page,
        catalog.Unary<Response>(path, request, {.timeout = kPatience}));
    take(page);
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
  return absl::ResourceExhaustedError("the catalogue answers more pages than one look reads");
}

}  // namespace

absl::StatusOr<int> CatalogLook::LookAtClocks() const {
  int found = 0;
  absl::Status failure;
  catalog::v1::ListUpdateClocksRequest request;
  request.set_overdue(true);
  failure.Update(EachPage<catalog::v1::ListUpdateClocksRequest,
                          catalog::v1::ListUpdateClocksResponse>(
      stopped_, *catalog_, kListUpdateClocks, std::move(request),
      [&](const catalog::v1::ListUpdateClocksResponse& page) {
        for (const catalog::v1::UpdateClock& clock : page.clocks()) {
          const absl::StatusOr<bool> opened = FindLateClock(*desk_, FromProto(clock));
          failure.Update(opened.status());
          if (opened.ok() && *opened) ++found;
        }
      }));
  if (!failure.ok()) return failure;
  return found;
}

absl::StatusOr<int> CatalogLook::LookAtItems() const {
  std::map<std::string, CollectedItem::Source, std::less<>> sources;
  SHAREWAY_RETURN_IF_ERROR(
      (EachPage<catalog::v1::ListSourcesRequest, catalog::v1::ListSourcesResponse>(
          stopped_, *catalog_, kListSources, {}, [&](const catalog::v1::ListSourcesResponse& page) {
            for (const catalog::v1::Source& source : page.sources()) {
              sources[source.name()] = FromProto(source);
            }
          })));
  int found = 0;
  absl::Status failure;
  std::set<std::string> live;  // keys of all items that several agencies collect now
  const auto look = [&](const catalog::v1::CollectedItem& told) {
    CollectedItem item = FromProto(told);
    live.insert(UndesignatedKey(*desk_, item));
    if (!told.source().empty()) {
      const auto source = sources.find(told.source());
      // Designated after the list was read: the next look knows it. Until then nothing is said.
      if (source == sources.end()) return;
      item.source = source->second;
    }
    const absl::StatusOr<bool> changed = FindUndesignated(*desk_, item);
    failure.Update(changed.status());
    if (changed.ok() && *changed) ++found;
    const absl::StatusOr<int> again = FindCollectedAgain(*desk_, item);
    failure.Update(again.status());
    if (again.ok()) found += *again;
  };
  failure.Update(EachPage<catalog::v1::ListCollectedItemsRequest,
                          catalog::v1::ListCollectedItemsResponse>(
      stopped_, *catalog_, kListCollectedItems, {},
      [&](const catalog::v1::ListCollectedItemsResponse& page) {
        for (const catalog::v1::CollectedItem& item : page.items()) look(item);
      }));
  if (!failure.ok()) return failure;
  // Only a whole list shows what is not in it any more.
  SHAREWAY_ASSIGN_OR_RETURN(const int settled, SettleUndesignated(*desk_, live));
  return found + settled;
}

absl::StatusOr<int> CatalogLook::Look() const {
  const absl::StatusOr<int> clocks = LookAtClocks();
  const absl::StatusOr<int> items = LookAtItems();
  SHAREWAY_RETURN_IF_ERROR(clocks.status());
  SHAREWAY_RETURN_IF_ERROR(items.status());
  return *clocks + *items;
}

CatalogLook::~CatalogLook() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

void CatalogLook::Start() {
  thread_ = std::thread([this] {
    do {
      const absl::StatusOr<int> found = Look();
      if (stopped_.HasBeenNotified()) return;
      if (!found.ok()) {
        log::Warn("catalogue-look-failed", {{"status", found.status()}});
      } else if (*found > 0) {
        log::Info("catalogue-look-found", {{"count", *found}});
      }
    } while (!stopped_.WaitForNotificationWithTimeout(kCatalogLookRound));
  });
}

}  // namespace shareway::sharing
