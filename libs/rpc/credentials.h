// SPDX-License-Identifier: Apache-2.0
// mTLS for servers and clients from the files of a process. Renewed files are
// taken within seconds, without a restart.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "libs/crypto/identity.h"

namespace shareway::rpc {

// Demands a client certificate of a trusted authority.
std::shared_ptr<grpc::ServerCredentials> ServerTls(const crypto::TlsFiles& files);

// Accepts only a server whose certificate carries exactly the one URI `peer_uri`.
std::shared_ptr<grpc::ChannelCredentials> ClientTls(const crypto::TlsFiles& files,
                                                    const std::string& peer_uri);

}  // namespace shareway::rpc
