// SPDX-License-Identifier: Apache-2.0
// From HTTP to the services and back: Connect's calls for people in a session, and what else there
// is to read.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/caller_limits.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/pool.h"
#include "services/console/gateway/connect.h"
#include "services/console/gateway/guard.h"
#include "services/console/gateway/live_streams.h"
#include "services/console/gateway/message.h"
#include "services/console/gateway/routes.h"

namespace shareway::console {

// Where a request comes from.
struct Visitor {
  std::string address = {};      // an IP address
  std::string certificate = {};  // key id, 32 bytes; empty: none shown
};

// Whom a token stands for.
struct WebSession {
  std::string name = {};  // sessions/{s}
  rpc::Actor actor = {};
  // Beside a node: the person's pass (libs/rpc/pass.h), which goes out in the actor's place.
  std::string pass = {};
};

// Takes requests of people and calls in their name. A call is for the person whose session the
// cookie's token is; services believe the console's word for that (libs/rpc/actor.h) and decide
// themselves what the person may. Nothing is retried here. Streams and uploads take a message when
// the one before was taken, and end with the session that they run in. Thread-safe.
class Gateway {
 public:
  struct Parts {
    Hosts hosts;
    Routes routes;
    // By Route::target. A method whose service has none here is answered UNAVAILABLE.
    std::map<std::string, std::shared_ptr<rpc::Channel>, std::less<>> targets = {};
    // The session of a token that comes from there, used now. May block.
    std::function<absl::StatusOr<WebSession>(const Visitor&, const std::string& token)> session = {};
    // Set beside a node alone, where systems call: the name of the system whose certificate a request
    // came with, in the place of a session's; a refusal for any other. Their calls go out in the
    // gateway's own name. Without `session` nobody else is there, and no cookie counts; with it, a
    // request with the cookie is a person's, whatever certificate his browser showed. Must not block.
    std::function<absl::StatusOr<std::string>(const HttpRequest&)> system = {};
    // The cookie that holds a session's token.
    std::string cookie = kSessionCookie;
    // Methods, by path, that this server answers itself, in a session: the answer's bytes. May block.
    std::map<std::string,
             std::function<absl::StatusOr<std::string>(const Visitor&, const std::string& token)>,
             std::less<>>
        own = {};
    // OK while the session of a token stands, without using it: whoever leaves a page open that is
    // kept up to date is idle all the same. May block. Required.
    LiveStreams::Stands stands;
    // What GET answers besides /csrf; must not block.
    std::function<HttpAnswer(const HttpRequest&)> pages;
    // What GET answers that takes a while, by its path, or the first part of that ("/print/"); run on
    // a thread, may block.
    struct Reading {
      // Only in a session: `read` gets the options of calls in its name, or why there is none.
      bool in_session = false;
      std::function<HttpAnswer(const HttpRequest&, const absl::StatusOr<rpc::CallOptions>&)> read =
          {};
    };
    std::map<std::string, Reading, std::less<>> readings = {};
    // Of one source (HttpRequest::source), whoever comes from there; of one session.
    rpc::Limits by_address = {.concurrent = 128, .per_second = 200, .burst = 400};
    rpc::Limits by_session = {.concurrent = 16, .per_second = 50, .burst = 200};
    absl::Duration longest_call = absl::Seconds(30);
    // Streams and uploads of one session at a time, and of all.
    int streams_of_one = 8, streams_of_all = 256;
    int uploads_of_one = 2, uploads_of_all = 16;
    absl::Duration longest_stream = absl::Hours(1);
    absl::Duration longest_upload = absl::Minutes(30);
    // How often sessions with streams are asked for.
    absl::Duration look_every = absl::Seconds(2);
    // How many bytes all messages of an upload have together, by path; `largest_upload` of others.
    std::map<std::string, size_t, std::less<>> uploads = {};
    size_t largest_upload = 96u << 20;  // a file of 64 MiB in JSON
    const Clock* clock = &SystemClock();
    int threads = 8;
  };
  explicit Gateway(Parts parts);
  // Waits for the calls under way, as long as the longest may take; streams and uploads are cut.
  // Nothing may come any more.
  ~Gateway();

  // The longest body that is read at all: what libs/rpc takes, and as much again for JSON.
  static constexpr size_t kMaxBody = 8u << 20;
  // The largest message of an upload, as sent.
  static constexpr size_t kMaxMessage = 6u << 20;

  // Of a request by its head: how many bytes its body may have if Handle takes it by piece; 0: as a
  // whole. Does not block.
  size_t InPieces(const HttpRequest& head) const;

  void Handle(HttpRequest request, AnswerHttp answer);

 private:
  struct Asked;
  using AskedPtr = std::shared_ptr<Asked>;

  void Get(HttpRequest request, const AnswerHttp& answer);
  void Read(const Parts::Reading& reading, const AskedPtr& asked);
  absl::StatusOr<rpc::CallOptions> AdmitReader(Asked* asked);
  void Post(HttpRequest request, AnswerHttp answer);
  // What can be told of a call by its fields alone.
  absl::Status CheckCall(Asked* asked) const;
  // Reads session and body, and calls.
  void Call(const AskedPtr& asked);
  absl::Status Admit(Asked* asked, rpc::CallOptions* options);
  absl::StatusOr<std::string> BytesOf(const Asked& asked) const;
  void Answer(const AskedPtr& asked, absl::StatusOr<std::string> bytes);
  void Give(const AskedPtr& asked, HttpAnswer answer);
  absl::StatusOr<HttpAnswer> Told(const Asked& asked, std::string bytes) const;
  HttpAnswer Refused(const absl::Status& error, Language language) const;
  // A streaming call that was admitted (gateway_streams.cc).
  void Stream(const AskedPtr& asked, rpc::Channel* target, const rpc::CallOptions& options);
  // The places that a stream takes until it ends, in its session and among all.
  struct Places {
    std::unique_ptr<rpc::CallerLimits::Pass> of_session, of_all;
  };
  absl::StatusOr<Places> AdmitStream(Asked* asked);
  struct Alive;
  void StreamDown(const AskedPtr& asked, Places places, std::unique_ptr<rpc::RawStream> call,
                  std::string request);
  void StreamUp(const AskedPtr& asked, Places places, std::unique_ptr<rpc::RawStream> call);
  // The whole answer of a stream: an upload's answer, or why there is none.
  HttpAnswer Streamed(const Asked& asked, const absl::StatusOr<std::string>& bytes) const;
  absl::StatusOr<std::string> Encode(const Asked& asked, std::string bytes) const;
  void RunSoon(const Asked& asked, const std::function<void()>& work);

  const Parts parts_;
  const Transcoder transcoder_;
  rpc::CallerLimits by_address_, by_session_, streams_, uploads_, all_streams_, all_uploads_;
  absl::Mutex mutex_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> closing_ = false;
  LiveStreams live_;
  rpc::Pool pool_;  // last: what it runs uses the rest
};

}  // namespace shareway::console
