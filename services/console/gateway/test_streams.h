// SPDX-License-Identifier: Apache-2.0
// For tests: a gateway with a service that streams, and what a browser sees of it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/envelope.h"
#include "services/console/gateway/gateway.h"
#include "services/console/gateway/test_channel.h"

namespace shareway::console {

using nlohmann::json;

inline const std::string kToken(43, 't');
inline const std::string kOther(43, 'u');
inline const std::string kWatch = "/shareway.sharing.v1.RequestService/WatchRequests";
inline const std::string kUpload = "/shareway.sharing.v1.AttachmentService/UploadAttachment";

inline absl::Status Over() {
  return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "over");
}

// The envelopes of an answer, or as many as came.
struct Seen {
  std::vector<std::string> messages = {};
  std::optional<json> end = {};

  std::string reason() const {
    if (!end || !end->contains("error")) return "";
    for (const json& detail : (*end)["error"]["details"]) {
      if (detail["type"] == "google.rpc.ErrorInfo") return detail["debug"]["reason"];
    }
    return "";
  }
  std::string code() const {
    return end && end->contains("error") ? std::string((*end)["error"]["code"]) : "";
  }
};

inline Seen Envelopes(absl::string_view bytes) {
  Seen seen;
  while (!bytes.empty()) {
    REQUIRE(bytes.size() >= 5);
    REQUIRE_FALSE(seen.end.has_value());  // nothing comes behind the end
    size_t size = 0;
    for (size_t i = 1; i < 5; ++i) size = size << 8 | static_cast<uint8_t>(bytes[i]);
    REQUIRE(bytes.size() >= 5 + size);
    const std::string message(bytes.substr(5, size));
    if (bytes[0] == static_cast<char>(kEndOfStream)) {
      seen.end = json::parse(message);
    } else {
      REQUIRE(bytes[0] == static_cast<char>(kPlain));
      seen.messages.push_back(message);
    }
    bytes.remove_prefix(5 + size);
  }
  return seen;
}

// The next piece of an answer: nothing behind its end.
inline std::optional<std::string> PieceOf(HttpPieces* pieces) {
  absl::Notification told;
  std::optional<std::string> piece;
  pieces->Next([&](absl::StatusOr<std::optional<std::string>> next) {
    REQUIRE(next.ok());
    piece = *std::move(next);
    told.Notify();
  });
  told.WaitForNotification();
  return piece;
}

inline Seen NextOf(const HttpAnswer& answer) {
  REQUIRE(answer.pieces != nullptr);
  const std::optional<std::string> piece = PieceOf(answer.pieces.get());
  return piece ? Envelopes(*piece) : Seen();
}

struct StreamWorld {
  std::shared_ptr<TestChannel> sharing = std::make_shared<TestChannel>();
  std::atomic<bool> over = false;
  std::unique_ptr<Gateway> gateway;

  explicit StreamWorld(const std::function<void(Gateway::Parts*)>& alter = [](Gateway::Parts*) {}) {
    Gateway::Parts parts{
        .hosts = Hosts::Of({"share.example"}).value(),
        .routes = Routes::Of(ServicesForPeople()).value(),
        .targets = {{"sharing", sharing}},
        .session = [](const Visitor&, const std::string& token) -> absl::StatusOr<WebSession> {
          if (token != kToken && token != kOther) return Over();
          return WebSession{.name = absl::StrCat("sessions/", token.substr(0, 1)),
                            .actor = {.person = "people/wang",
                                      .factor = rpc::Factor::kTotp,
                                      .factor_time = absl::FromUnixSeconds(1000)}};
        },
        .stands = [this](const LiveStreams::Holder& holder) {
          return over && holder.token == kToken ? Over() : absl::OkStatus();
        },
        .pages = [](const HttpRequest&) { return HttpAnswer(); },
        .by_session = {.burst = 0, .bytes = 0},
        .look_every = absl::Milliseconds(1)};
    alter(&parts);
    gateway = std::make_unique<Gateway>(std::move(parts));
  }

  HttpAnswer Ask(HttpRequest request) {
    absl::Notification told;
    HttpAnswer out;
    gateway->Handle(std::move(request), [&](HttpAnswer answer) {
      out = std::move(answer);
      told.Notify();
    });
    told.WaitForNotification();
    return out;
  }
};

inline HttpRequest Call(const std::string& path, const std::string& body,
                 const std::string& token = kToken) {
  return {.method = "POST",
          .target = path,
          .fields = {{"host", "share.example"},
                     {"content-type", "application/connect+json"},
                     {"cookie", "__Host-shareway=" + token},
                     {kCsrfField, CsrfOf(token)}},
          .body = body,
          .address = "10.1.2.3",
          .source = "10.1.2.3"};
}

inline HttpRequest Watch(const std::string& token = kToken) {
  return Call(kWatch, Enveloped(kPlain, R"({"viewDigest":"AQI="})"), token);
}

inline std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace shareway::console
