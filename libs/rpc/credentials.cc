// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/credentials.h"

#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace shareway::rpc {
namespace {

using grpc::experimental::CertificateProviderInterface;
using grpc::experimental::FileWatcherCertificateProvider;
using grpc::experimental::TlsCustomVerificationCheckRequest;

constexpr unsigned kReloadSeconds = 5;

// One provider for each set of files: each runs a thread.
std::shared_ptr<CertificateProviderInterface> Provider(const crypto::TlsFiles& files) {
  static absl::Mutex mutex(absl::kConstInit);
  static auto& providers =
      *new std::map<std::string, std::weak_ptr<CertificateProviderInterface>>;
  absl::MutexLock lock(&mutex);
  std::weak_ptr<CertificateProviderInterface>& slot =
      providers[absl::StrCat(files.key, "\n", files.certificate, "\n", files.ca)];
  std::shared_ptr<CertificateProviderInterface> provider = slot.lock();
  if (provider == nullptr) {
    provider = std::make_shared<FileWatcherCertificateProvider>(files.key, files.certificate,
                                                                files.ca, kReloadSeconds);
    slot = provider;
  }
  return provider;
}

class UriVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit UriVerifier(std::string want) : want_(std::move(want)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> uris = request->uri_names();
    const bool match = uris.size() == 1 && uris[0] == want_;
    *sync_status = match ? grpc::Status::OK
                         : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                        absl::StrCat("the peer is not ", want_));
    return true;
  }
  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string want_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerTls(const crypto::TlsFiles& files) {
  grpc::experimental::TlsServerCredentialsOptions options(Provider(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ClientTls(const crypto::TlsFiles& files,
                                                    const std::string& peer_uri) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Provider(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<UriVerifier>(peer_uri));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace shareway::rpc
