// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/tls_source.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "libs/base/clock.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"

namespace shareway::rpc {
namespace {

constexpr absl::Duration kLook = absl::Seconds(2);
// A renewal writes its files one by one.
constexpr absl::Duration kHalfWritten = absl::Seconds(5);
// How often gRPC reads what it was handed.
constexpr unsigned kGrpcReadsSeconds = 1;

std::string DigestOf(const crypto::TlsPems& pems) {
  return absl::StrCat(crypto::Sha256(pems.certificate).view(), crypto::Sha256(pems.key).view(),
                      crypto::Sha256(pems.ca).view());
}

}  // namespace

absl::StatusOr<std::shared_ptr<TlsSource>> TlsSource::Open(const crypto::TlsFiles& files) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::TlsPems pems, crypto::ReadTlsFiles(files));
  std::shared_ptr<TlsSource> fresh(new TlsSource(files));
  absl::MutexLock lock(&fresh->mutex_);
  SHAREWAY_RETURN_IF_ERROR(fresh->Take(pems, SystemClock().Now()));
  fresh->in_use_ = DigestOf(pems);
  return fresh;
}

absl::StatusOr<std::shared_ptr<TlsSource>> TlsSource::Of(const crypto::TlsFiles& files) {
  static absl::Mutex mutex(absl::kConstInit);
  static auto& sources = *new std::map<std::string, std::weak_ptr<TlsSource>>;
  absl::MutexLock lock(&mutex);
  std::weak_ptr<TlsSource>& slot =
      sources[absl::StrCat(files.key, "\n", files.certificate, "\n", files.ca)];
  if (std::shared_ptr<TlsSource> known = slot.lock()) {
    known->Look(SystemClock().Now());
    return known;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<TlsSource> fresh, Open(files));
  fresh->watching_ = std::thread([source = fresh.get()] { source->Watch(); });
  slot = fresh;
  return fresh;
}

TlsSource::~TlsSource() {
  stopped_.Notify();
  if (watching_.joinable()) watching_.join();
}

void TlsSource::Watch() {
  while (!stopped_.WaitForNotificationWithTimeout(kLook)) Look(SystemClock().Now());
}

crypto::CertificateFacts TlsSource::facts() const {
  absl::MutexLock lock(&mutex_);
  return facts_;
}

absl::Status TlsSource::refused() const {
  absl::MutexLock lock(&mutex_);
  return refused_;
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> TlsSource::provider() const {
  absl::MutexLock lock(&mutex_);
  return provider_;
}

absl::Status TlsSource::Take(const crypto::TlsPems& pems, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts, crypto::CheckTls(pems, files_));
  // A process starts with what it has, and is refused by others; it does not change for the worse.
  if (provider_ != nullptr) {
    if (!(facts.identity == facts_.identity)) {
      return absl::InvalidArgumentError(absl::StrCat(files_.certificate, " is of ",
                                                     facts.identity.uri(), ", want ",
                                                     facts_.identity.uri()));
    }
    if (now < facts.start || now >= facts.end) {
      return absl::InvalidArgumentError(
          absl::StrCat(files_.certificate, " is valid from ",
                       absl::FormatTime(absl::RFC3339_sec, facts.start, absl::UTCTimeZone()),
                       " to ", absl::FormatTime(absl::RFC3339_sec, facts.end, absl::UTCTimeZone()),
                       ", not now"));
    }
    // Others trust the same authorities: with this pair they would refuse us, and we them.
    SHAREWAY_RETURN_IF_ERROR(crypto::CheckTrust(pems, files_));
  }
  SHAREWAY_RETURN_IF_ERROR(ca_.Replace({pems.ca}));
  SHAREWAY_RETURN_IF_ERROR(pair_.Replace({pems.key, "\n", pems.certificate}));
  // A new one for connections begun from now on; those before follow at their next reading.
  provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      pair_.path(), pair_.path(), ca_.path(), kGrpcReadsSeconds);
  facts_ = facts;
  return absl::OkStatus();
}

void TlsSource::Look(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<crypto::TlsPems> pems = crypto::ReadTlsFiles(files_);
  const std::string seen =
      pems.ok() ? DigestOf(*pems) : std::string(pems.status().message());
  absl::Status status = pems.status();
  if (status.ok() && seen != in_use_) {
    status = Take(*pems, now);
    if (status.ok()) {
      in_use_ = seen;
      log::Info("tls-files-taken",
                {{"file", files_.certificate},
                 {"end", absl::FormatTime(absl::RFC3339_sec, facts_.end, absl::UTCTimeZone())}});
    }
  }
  if (status.ok()) {
    doubtful_.clear();
    refused_ = absl::OkStatus();
    return;
  }
  if (seen != doubtful_) {
    doubtful_ = seen;
    doubtful_since_ = now;
  }
  if (now - doubtful_since_ < kHalfWritten || refused_ == status) return;
  refused_ = status;
  log::Error("tls-files-refused", {{"file", files_.certificate}, {"status", status}});
}

}  // namespace shareway::rpc
