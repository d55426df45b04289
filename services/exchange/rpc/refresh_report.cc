// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/refresh_report.h"

#include <algorithm>
#include <utility>

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "shareway/catalog/v1/freshness.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Seconds(10);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

// True if the catalogue gave its answer, and the same report would get it again.
bool Refused(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status) ||
         absl::IsInvalidArgument(status) || absl::IsNotFound(status);
}

}  // namespace

absl::StatusOr<int> Refreshes::Tell() {
  int count = 0;
  absl::Status trouble;  // of the first dataset that has to be told again; the others are told
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> resources, datasets_->Resources());
  for (const std::string& resource : resources) {
    const absl::StatusOr<DatasetStore::Loaded> loaded = datasets_->Load(resource);
    if (!loaded.ok()) {
      trouble.Update(loaded.status());
      continue;
    }
    const DatasetVersion* serving = loaded->dataset->serving();
    if (serving == nullptr) continue;
    Told& told = told_[resource];
    if (told.version == serving->number && told.rest == 0) continue;
    if (told.version == serving->number && --told.rest > 0) continue;
    catalog::v1::ReportRefreshRequest request;
    request.set_resource(resource);
    catalog::v1::Refresh* const refresh = request.mutable_refresh();
    refresh->set_dataset(resource);
    refresh->set_version(serving->number);
    refresh->set_rows(serving->records);
    *refresh->mutable_refresh_time() = evidence::ToTimestamp(serving->load_time);
    const absl::Status answered =
        catalog_
            ->Unary<catalog::v1::Freshness>("/shareway.catalog.v1.CatalogService/ReportRefresh",
                                            request)
            .status();
    if (!answered.ok() && !Refused(answered)) {
      told = {};
      if (absl::IsUnavailable(answered) || absl::IsDeadlineExceeded(answered)) return answered;
      trouble.Update(answered);
      continue;
    }
    if (!answered.ok()) {
      log::Warn("refresh-refused", {{"resource", resource}, {"status", answered}});
    }
    told = {.version = serving->number, .rest = answered.ok() ? 0 : kRest};
    if (answered.ok()) ++count;
  }
  if (!trouble.ok()) return trouble;
  return count;
}

RefreshReport::RefreshReport(std::shared_ptr<rpc::Channel> catalog, const DatasetStore* datasets)
    : catalog_(std::move(catalog)), refreshes_(catalog_.get(), datasets), thread_([this] { Run(); }) {}

RefreshReport::~RefreshReport() {
  stopped_.Notify();
  thread_.join();
}

void RefreshReport::Run() {
  absl::Duration pause = kTick;
  while (!stopped_.WaitForNotificationWithTimeout(pause)) {
    const absl::StatusOr<int> told = refreshes_.Tell();
    if (!told.ok()) log::Warn("refreshes-wait", {{"status", told.status()}});
    pause = told.ok() ? kTick : std::min(2 * pause, kLongestPause);
  }
}

}  // namespace shareway::exchange
