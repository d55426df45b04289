// SPDX-License-Identifier: Apache-2.0
#include "libs/app/key_expiry.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/crypto/key.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"

namespace shareway::app {
namespace {

using catalog::v1::Key;

constexpr absl::Duration kLook = absl::Seconds(10);

// Days before the end at which a line is told, the last first; kNone is before all of them.
constexpr int kSteps[] = {0, 1, 7, 30};
constexpr int kNone = 1000;

int StepAt(double days) {
  for (int step : kSteps) {
    if (days <= step) return step;
  }
  return kNone;
}

absl::string_view LabelOf(Key::Use use) {
  switch (use) {
    case Key::TLS: return "tls";
    case Key::MESSAGE: return "message";
    case Key::WITNESS: return "witness";
    case Key::LOG: return "log";
    default: return "other";
  }
}

}  // namespace

KeyExpiry::KeyExpiry(Parts parts)
    : parts_(std::move(parts)),
      days_(parts_.metrics->AddGauges(
          "shareway_certificate_days",
          "Days that this process's key still counts; 0: it does not.", {"use"})),
      refused_(parts_.metrics->AddGauge(
          "shareway_tls_files_refused",
          "1 while renewed TLS files lie there that cannot be taken.")) {
  absl::MutexLock lock(&mutex_);
  keys_.push_back({.use = Key::TLS, .step = kNone});
}

KeyExpiry::~KeyExpiry() {
  stopped_.Notify();
  if (looking_.joinable()) looking_.join();
}

void KeyExpiry::Start() {
  looking_ = std::thread([this] {
    do {
      Look();
    } while (!stopped_.WaitForNotificationWithTimeout(kLook));
  });
}

void KeyExpiry::Watch(Key::Use use, const Hash32& id) {
  absl::MutexLock lock(&mutex_);
  keys_.push_back({.use = use, .id = id, .step = kNone});
}

std::optional<absl::Time> KeyExpiry::EndOf(const rpc::Directory& directory, const Watched& key,
                                           absl::Time now) const {
  if (directory.empty()) return std::nullopt;  // it has not arrived yet
  const rpc::DirectoryKey* const found = directory.key(key.id);
  if (found == nullptr && key.use == Key::LOG) return std::nullopt;  // counts all the same
  if (found == nullptr ||
      directory.ValidKey(key.id, found->key.owner(), key.use, now) == nullptr) {
    return absl::InfinitePast();
  }
  if (!found->key.has_end_time()) return absl::InfiniteFuture();
  return evidence::FromTimestamp(found->key.end_time());
}

void KeyExpiry::Tell(Watched* key, double days) const {
  const int step = StepAt(days);
  const int before = key->step;
  key->step = step;
  if (step >= before) return;
  const absl::string_view use = LabelOf(key->use);
  const std::string name = crypto::KeyName(key->id);
  if (step == 0) return log::Error("key-does-not-count", {{"use", use}, {"key", name}});
  if (step == 1) {
    return log::Error("key-ends-tomorrow", {{"use", use}, {"key", name}, {"days", days}});
  }
  log::Warn("key-ends-soon", {{"use", use}, {"key", name}, {"days", days}});
}

void KeyExpiry::Look() {
  const absl::Time now = parts_.clock->Now();
  const std::shared_ptr<const rpc::Directory> directory = parts_.directory->Get();
  const crypto::CertificateFacts certificate = parts_.tls->facts();
  absl::MutexLock lock(&mutex_);
  refused_.Set(parts_.tls->refused().ok() ? 0 : 1);
  std::map<Key::Use, double> least;
  for (Watched& key : keys_) {
    if (key.use == Key::TLS) {
      const Hash32 in_use = Hash32::From(certificate.key_id).value_or(Hash32());
      if (in_use != key.id) key = {.use = Key::TLS, .id = in_use, .step = kNone};
    }
    std::optional<absl::Time> end = EndOf(*directory, key, now);
    if (key.use == Key::TLS) {
      end = std::min(end.value_or(absl::InfiniteFuture()), certificate.end);
    }
    if (!end) continue;
    const double days = std::max(0.0, absl::ToDoubleHours(*end - now) / 24);
    Tell(&key, days);
    const auto [at, first] = least.emplace(key.use, days);
    if (!first) at->second = std::min(at->second, days);
  }
  for (const auto& [use, days] : least) days_.With(LabelOf(use)).Set(days);
}

}  // namespace shareway::app
