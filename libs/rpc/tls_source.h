// SPDX-License-Identifier: Apache-2.0
// The TLS files of a process as gRPC uses them: renewed ones are taken within
// seconds, without a restart, all together or not at all.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/memory_file.h"

namespace grpc::experimental {
class CertificateProviderInterface;
}  // namespace grpc::experimental

namespace shareway::rpc {

// gRPC's own watcher takes a key and a certificate as it finds them, and a server with
// a pair that does not match refuses everyone. This one reads the files every two
// seconds, checks them, and hands gRPC a copy in memory of the last that were good.
// Taken are files that pass CheckTls, for the same identity as before, whose
// certificate is valid now and is of an authority in the new ca.crt. What is not keeps the old ones in use; if it lies there
// for longer than a renewal takes to write, it is an alarm: an error line
// tls-files-refused and `refused`. Connections that stand are not touched.
//
// Thread-safe.
class TlsSource {
 public:
  // The one source of these files in this process; an existing one looks at them
  // before it is returned. Errors of a first one as CheckTlsFiles; INTERNAL.
  static absl::StatusOr<std::shared_ptr<TlsSource>> Of(const crypto::TlsFiles& files);
  // One by itself that looks only when it is told. Errors as those of Of.
  static absl::StatusOr<std::shared_ptr<TlsSource>> Open(const crypto::TlsFiles& files);
  ~TlsSource();
  TlsSource(const TlsSource&) = delete;
  TlsSource& operator=(const TlsSource&) = delete;

  // Of the certificate in use.
  crypto::CertificateFacts facts() const;
  // Why what lies in the files is not in use; OK if it is, or may only be half written.
  absl::Status refused() const;

  // Reads the files and takes them if they are new and good. Time goes forward.
  void Look(absl::Time now);

  // For libs/rpc/credentials.
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider() const;

 private:
  explicit TlsSource(crypto::TlsFiles files) : files_(std::move(files)) {}

  // Errors: why they are not good.
  absl::Status Take(const crypto::TlsPems& pems, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Watch();

  const crypto::TlsFiles files_;
  mutable absl::Mutex mutex_;
  MemoryFile pair_ ABSL_GUARDED_BY(mutex_);  // key and certificate in one: nobody reads half
  MemoryFile ca_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_
      ABSL_GUARDED_BY(mutex_);
  crypto::CertificateFacts facts_ ABSL_GUARDED_BY(mutex_);
  std::string in_use_ ABSL_GUARDED_BY(mutex_);    // what was taken last, by digest
  std::string doubtful_ ABSL_GUARDED_BY(mutex_);  // what lies there instead; empty: nothing
  absl::Time doubtful_since_ ABSL_GUARDED_BY(mutex_);
  absl::Status refused_ ABSL_GUARDED_BY(mutex_);
  absl::Notification stopped_;
  std::thread watching_;
};

}  // namespace shareway::rpc
