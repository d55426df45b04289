// SPDX-License-Identifier: Apache-2.0
// mTLS for servers and clients from the files of a process, which may be renewed
// while it runs (tls_source.h).
#pragma once

#include <memory>
#include <string>

#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "libs/rpc/tls_source.h"

namespace shareway::rpc {

// Both read `source` for as long as they are used: hold it for as long as the
// server or the channel.

// Demands a client certificate of a trusted authority.
std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsSource& source);

// Accepts only a server whose certificate carries exactly the one URI `peer_uri`.
std::shared_ptr<grpc::ChannelCredentials> ClientTls(const TlsSource& source,
                                                    const std::string& peer_uri);

}  // namespace shareway::rpc
