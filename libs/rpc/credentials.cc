// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/credentials.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace shareway::rpc {
namespace {

using grpc::experimental::TlsCustomVerificationCheckRequest;

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

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsSource& source) {
  grpc::experimental::TlsServerCredentialsOptions options(source.provider());
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ClientTls(const TlsSource& source,
                                                    const std::string& peer_uri) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(source.provider());
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<UriVerifier>(peer_uri));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace shareway::rpc
