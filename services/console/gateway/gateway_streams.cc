// SPDX-License-Identifier: Apache-2.0
// Streaming calls through the gateway: what holds for each, by its descriptor alone.
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/console/gateway/asked.h"
#include "services/console/gateway/down_stream.h"
#include "services/console/gateway/envelope.h"
#include "services/console/gateway/gateway.h"
#include "services/console/gateway/upload.h"

namespace shareway::console {
namespace {

// A body that came as a whole, for who takes it by piece.
class WholeBody final : public HttpPieces {
 public:
  explicit WholeBody(std::string body) : body_(std::move(body)) {}
  void Next(Give give) override {
    if (std::exchange(given_, true)) return give(std::optional<std::string>());
    give(std::optional<std::string>(std::move(body_)));
  }
  void Stop() override {}

 private:
  std::string body_;
  bool given_ = false;
};

// The one message of a request.
absl::StatusOr<std::string> OnlyMessage(absl::string_view body) {
  EnvelopeReader reader(Gateway::kMaxBody);
  reader.Feed(body);
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> message, reader.Next());
  if (!message || !reader.empty()) {
    return absl::UnimplementedError("want a body of exactly one message");
  }
  return *std::move(message);
}

}  // namespace

size_t Gateway::InPieces(const HttpRequest& head) const {
  const Route* const route = head.method == "POST" ? parts_.routes.Find(head.target) : nullptr;
  if (route == nullptr || !route->client_stream) return 0;
  const auto own = parts_.uploads.find(route->path);
  return own == parts_.uploads.end() ? parts_.largest_upload : own->second;
}

void Gateway::RunSoon(const Asked& asked, const std::function<void()>& work) {
  if (!pool_.RunSoon(asked.request.source, work)) work();
}

// A stream counts as a call while it begins, and as a stream from then on.
absl::StatusOr<Gateway::Places> Gateway::AdmitStream(Asked* asked) {
  const bool up = asked->route->client_stream;
  Places places;
  SHAREWAY_ASSIGN_OR_RETURN(places.of_session, (up ? uploads_ : streams_).Enter(asked->session));
  SHAREWAY_ASSIGN_OR_RETURN(places.of_all, (up ? all_uploads_ : all_streams_).Enter("all sessions"));
  asked->held = std::make_shared<Held>();
  return places;
}

void Gateway::Stream(const AskedPtr& asked, rpc::Channel* target, const rpc::CallOptions& options) {
  // Whose message names the visitor is not written here.
  if (asked->route->client != nullptr) {
    return Answer(asked, absl::UnimplementedError("this method is not offered as a stream"));
  }
  std::string request;
  if (asked->route->server_stream) {
    absl::StatusOr<std::string> message = OnlyMessage(asked->request.body);
    if (!message.ok()) return Answer(asked, message.status());
    asked->request.body = *std::move(message);
    absl::StatusOr<std::string> bytes = BytesOf(*asked);
    if (!bytes.ok()) return Answer(asked, bytes.status());
    request = *std::move(bytes);
    asked->request.body = {};
  }
  absl::StatusOr<Places> places = AdmitStream(asked.get());
  if (!places.ok()) return Answer(asked, places.status());
  std::unique_ptr<rpc::RawStream> call = target->Stream(asked->route->path, options);
  if (call == nullptr) {
    return Answer(asked, absl::InternalError("this channel has no streams"));
  }
  if (asked->route->server_stream) {
    StreamDown(asked, *std::move(places), std::move(call), std::move(request));
  } else {
    StreamUp(asked, *std::move(places), std::move(call));
  }
}

// What a stream holds until it ends; its place among the live ones goes first.
struct Gateway::Alive {
  AskedPtr asked;
  Places places;
  std::shared_ptr<void> live = {};
};

void Gateway::StreamDown(const AskedPtr& asked, Places places,
                         std::unique_ptr<rpc::RawStream> call, std::string request) {
  std::shared_ptr<Alive> held(new Alive{asked, std::move(places)});
  // The stream holds the call by `held`: what runs for it may use the call and the gateway.
  Asked* const raw = asked.get();
  const auto down = std::make_shared<DownStream>(DownStream::Parts{
      .call = std::move(call),
      .request = std::move(request),
      .encode = [this, raw](std::string bytes) { return Encode(*raw, std::move(bytes)); },
      .ending =
          [this, language = raw->language](const absl::Status& end) {
            return transcoder_.EndJson(end, language);
          },
      .run = [this, raw](std::function<void()> work) { RunSoon(*raw, std::move(work)); },
      .held = held});
  HttpAnswer out;
  out.With("Content-Type", raw->json ? "application/connect+json" : "application/connect+proto")
      .With("Cache-Control", "no-store");
  out.pieces = down;
  const AnswerHttp answer = std::exchange(raw->answer, nullptr);
  held->live = live_.Add({raw->request.address, raw->request.certificate, raw->token},
                         [this, weak = std::weak_ptr<DownStream>(down)](const absl::Status& why) {
                           const std::shared_ptr<DownStream> stream = weak.lock();
                           if (stream == nullptr) return;
                           // Nobody asks for the end any more when the gateway goes.
                           if (closing_) return stream->Stop();
                           stream->End(why);
                         });
  held = nullptr;  // the stream's alone: its places are free as soon as it ends
  answer(std::move(out));
}

void Gateway::StreamUp(const AskedPtr& asked, Places places,
                       std::unique_ptr<rpc::RawStream> call) {
  std::shared_ptr<Alive> held(new Alive{asked, std::move(places)});
  std::shared_ptr<HttpPieces> body = std::exchange(asked->request.pieces, nullptr);
  if (body == nullptr) body = std::make_shared<WholeBody>(std::move(asked->request.body));
  Asked* const raw = asked.get();
  const auto upload = std::make_shared<Upload>(Upload::Parts{
      .body = std::move(body),
      .call = std::move(call),
      .max_message = kMaxMessage,
      .decode = [this, raw](std::string message) -> absl::StatusOr<std::string> {
        if (!raw->json) return message;
        return transcoder_.ToBinary(*raw->route->input, message);
      },
      .answer = [this, asked](absl::StatusOr<std::string> bytes) { Answer(asked, std::move(bytes)); },
      .run = [this, raw](std::function<void()> work) { RunSoon(*raw, std::move(work)); },
      .held = held});
  held->live = live_.Add({raw->request.address, raw->request.certificate, raw->token},
                         [weak = std::weak_ptr<Upload>(upload)](const absl::Status& why) {
                           if (const auto ended = weak.lock()) ended->End(why);
                         });
  held = nullptr;
  upload->Begin();
}

absl::StatusOr<std::string> Gateway::Encode(const Asked& asked, std::string bytes) const {
  if (!asked.json) return bytes;
  return transcoder_.ToJson(*asked.route->output, bytes);
}

HttpAnswer Gateway::Streamed(const Asked& asked, const absl::StatusOr<std::string>& bytes) const {
  HttpAnswer out;
  out.With("Content-Type", asked.json ? "application/connect+json" : "application/connect+proto")
      .With("Cache-Control", "no-store");
  absl::Status end = bytes.status();
  std::string body;
  if (end.ok()) {
    const absl::StatusOr<std::string> message = Encode(asked, *bytes);
    end = message.status();
    if (end.ok()) body = Enveloped(kPlain, *message);
  }
  body += Enveloped(kEndOfStream, transcoder_.EndJson(end, asked.language));
  out.body = std::make_shared<const std::string>(std::move(body));
  return out;
}

}  // namespace shareway::console
