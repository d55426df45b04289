// SPDX-License-Identifier: Apache-2.0
// One run of the CLI: its flags, who it is, its connections, and how methods are called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/reason.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/channel.h"
#include "shareway/evidence/v1/envelope.pb.h"
#include "tools/shareway/contexts.h"
#include "tools/shareway/output.h"

namespace shareway::cli {

// The flags that every command takes.
struct Flags {
  std::string context = {};  // a context's name
  Context overrides = {};    // what stands in place of the context's values
  Format format = Format::kTable;
  std::string timeout = {};  // a number of seconds, or as 500ms, 2m; empty: 30 s for one call
  std::string request_id = {};
  std::string etag = {};  // empty: read before the change
  bool dry_run = false;
  std::string lang = {};  // accept-language
  std::string inspected = {};  // agencies/{a} that a supervisor reads for under his mandate
};

enum class Peer { kCatalog, kSharing, kAudit, kConsole, kNode };

// Not thread-safe.
class Session {
 public:
  Session(std::ostream* out_stream, std::ostream* err_stream) : out(out_stream), err(err_stream) {}

  Flags flags = {};
  std::ostream* const out;  // data
  std::ostream* const err;  // the rest
  // What the chosen command does; set while the command line is read.
  std::function<absl::Status()> run = {};
  // Follows the request id where one command makes several writes.
  std::string request_id_suffix = {};

  Language language() const;
  // A value of the context, or the flag in its place. INVALID_ARGUMENT, a usage
  // error, naming the flag if there is none.
  absl::StatusOr<std::string> Setting(const std::string& key);
  // The same; empty if there is none.
  absl::StatusOr<std::string> SettingOrEmpty(const std::string& key);
  // The certificate of this run.
  absl::StatusOr<crypto::CertificateFacts> Certificate();
  absl::StatusOr<std::shared_ptr<rpc::Channel>> To(Peer peer);

  // Calls a unary method by its path, /package.Service/Method, at the peer that
  // serves it. Request id, dry run and etag are filled in where the method has
  // them (a usage error if it has no dry run and one is asked); a method whose
  // policy asks a signed act gets it, signed by the person's key.
  absl::Status Invoke(const std::string& path, const google::protobuf::Message& request,
                      google::protobuf::Message* response);
  template <typename Resp>
  absl::StatusOr<Resp> Call(const std::string& path, const google::protobuf::Message& request) {
    Resp response;
    SHAREWAY_RETURN_IF_ERROR(Invoke(path, request, &response));
    return response;
  }
  // The person's signature of a method's request, which has no signed_act yet. A usage error if the
  // identity is no person's.
  absl::StatusOr<evidence::v1::SignedAct> SignedBy(const std::string& path,
                                                   const std::string& request);
  // Calls with exactly these fields, for an act that was signed before; the answer's bytes.
  absl::StatusOr<std::string> Send(Peer peer, const std::string& path,
                                   const google::protobuf::Message& request);
  // Calls and prints the answer.
  template <typename Resp>
  absl::Status Show(const std::string& path, const google::protobuf::Message& request) {
    SHAREWAY_ASSIGN_OR_RETURN(const Resp response, Call<Resp>(path, request));
    Print(ToJson(response));
    return absl::OkStatus();
  }
  // All pages of a list as one array of what they hold; `limit` 0: all.
  template <typename Resp, typename Req>
  absl::StatusOr<Json> List(const std::string& path, Req request, size_t limit = 0) {
    constexpr int kPage = 200;  // 200 large entries stay under the 4 MiB of one message
    Json all = Json::array();
    request.set_page_size(limit > 0 && limit < kPage ? static_cast<int>(limit) : kPage);
    for (;;) {
      SHAREWAY_ASSIGN_OR_RETURN(const Resp page, Call<Resp>(path, request));
      Append(ToJson(page), &all);
      if (page.next_page_token().empty() || (limit > 0 && all.size() >= limit)) break;
      request.set_page_token(page.next_page_token());
    }
    while (limit > 0 && all.size() > limit) all.erase(all.size() - 1);
    return all;
  }

  void Print(const Json& value, const Columns& columns = {});
  rpc::CallOptions StreamOptions() const;  // without a timeout unless one was given

 private:
  absl::Status LoadContext();
  static void Append(const Json& page, Json* all);
  rpc::CallOptions UnaryOptions() const;
  // The etag of what `path` gets by its name.
  template <typename Answer, typename Get>
  absl::StatusOr<std::string> EtagBy(const std::string& path, const std::string& name) {
    Get get;
    get.set_name(name);
    SHAREWAY_ASSIGN_OR_RETURN(const Answer answer, Call<Answer>(path, get));
    return answer.etag();
  }
  // The etag of the object `name` as it is now.
  absl::StatusOr<std::string> ReadEtag(const std::string& name);
  absl::Status Fill(google::protobuf::Message* request);
  absl::Status Sign(const std::string& path, google::protobuf::Message* request);

  bool context_loaded_ = false;
  Context context_;
  std::map<Peer, std::shared_ptr<rpc::Channel>> channels_;
};

// "30", "30s", "500ms". INVALID_ARGUMENT for anything else or not above zero.
absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text);

}  // namespace shareway::cli
