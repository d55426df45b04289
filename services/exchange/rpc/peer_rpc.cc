// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/peer_rpc.h"

#include <memory>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {
namespace {

class PartsToPeer final : public PartWriter {
 public:
  PartsToPeer(const rpc::Call* call, rpc::Writer<v1::PeerTransferPart>* writer)
      : call_(call), writer_(writer) {}

  absl::Status Write(TransferPart part) override {
    if (call_->cancelled()) return absl::CancelledError("nobody reads any more");
    v1::PeerTransferPart message;
    if (part.manifest) {
      *message.mutable_manifest() = std::move(*part.manifest);
    } else {
      message.mutable_chunk()->set_index(part.index);
      message.mutable_chunk()->set_batch(std::move(part.batch));
    }
    return writer_->Write(message);
  }

 private:
  const rpc::Call* const call_;
  rpc::Writer<v1::PeerTransferPart>* const writer_;
};

}  // namespace

void RegisterPeerService(ProviderFor provider_for, rpc::Server* server) {
  server->UnaryBytes<v1::PeerServiceExchangeRequest, v1::PeerExchangeResponse>(
      "/shareway.exchange.v1.PeerService/Exchange",
      [provider_for](std::shared_ptr<rpc::Call> call, v1::PeerServiceExchangeRequest request,
                     rpc::Server::ReplyBytes reply) {
        const absl::StatusOr<Provider*> provider = provider_for(request.request());
        if (!provider.ok()) return reply(provider.status());
        (*provider)->Exchange(call->caller().name(), std::move(*request.mutable_request()),
                              [reply](absl::StatusOr<evidence::v1::Envelope> answer) {
                                if (!answer.ok()) return reply(answer.status());
                                // A PeerExchangeResponse: field 1 is the envelope.
                                WireWriter wire(answer->ByteSizeLong() + 8);
                                wire.Proto(1, *answer);
                                reply(std::move(wire).Take());
                              });
      },
      rpc::Server::Begin::kSoon);
  server->ServerStream<v1::PeerServiceTransferRequest, v1::PeerTransferPart>(
      "/shareway.exchange.v1.PeerService/Transfer",
      [provider_for](const rpc::Call& call, const v1::PeerServiceTransferRequest& request,
                     rpc::Writer<v1::PeerTransferPart>& writer) -> absl::Status {
        SHAREWAY_ASSIGN_OR_RETURN(Provider* const provider, provider_for(request.request()));
        PartsToPeer parts(&call, &writer);
        return provider->Transfer(call.caller().name(), request.request(), &parts);
      });
}

}  // namespace shareway::exchange
