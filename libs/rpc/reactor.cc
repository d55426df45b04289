// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/reactor.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/grpc_status.h"
#include "libs/rpc/pass.h"
#include "libs/rpc/signed_act.h"
#include "libs/rpc/trace.h"

namespace shareway::rpc {
namespace {

// A peer that sends nothing for this long is cut: it holds a thread of ours. One that takes
// nothing, after Limits::stalled.
constexpr absl::Duration kStall = absl::Seconds(30);
// What is read on gRPC's own threads.
constexpr size_t kMostHere = 16 << 10;

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  grpc::Slice single;
  if (buffer.TrySingleSlice(&single).ok()) {
    return std::string(reinterpret_cast<const char*>(single.begin()), single.size());
  }
  std::vector<grpc::Slice> slices;
  std::string bytes;
  bytes.reserve(buffer.Length());
  if (buffer.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return bytes;
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Metadata(const grpc::CallbackServerContext& context, const char* key) {
  auto it = context.client_metadata().find(key);
  if (it == context.client_metadata().end()) return "";
  return std::string(it->second.data(), it->second.size());
}

// What the request names as its object: the first of these fields that it fills. Empty if none.
std::string ObjectOf(const google::protobuf::Descriptor* type, const std::string& bytes) {
  std::unique_ptr<google::protobuf::Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!request->ParseFromString(bytes)) return "";
  for (const char* name : {"name", "parent", "subject", "request", "grant", "resource", "agency"}) {
    const google::protobuf::FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() ||
        field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) {
      continue;
    }
    std::string value = request->GetReflection()->GetString(*request, field);
    if (!value.empty()) return value;
  }
  return "";
}

// The objects that an answer shows: those of a page, which are the only messages that repeat in an
// answer with a page token, else one.
uint64_t ShownIn(const google::protobuf::Descriptor* type, const std::string& bytes) {
  if (type->FindFieldByName("next_page_token") == nullptr) return 1;
  std::unique_ptr<google::protobuf::Message> answer(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!answer->ParseFromString(bytes)) return 0;
  uint64_t shown = 0;
  for (int i = 0; i < type->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type->field(i);
    if (!field->is_repeated() ||
        field->type() != google::protobuf::FieldDescriptor::TYPE_MESSAGE) {
      continue;
    }
    shown += static_cast<uint64_t>(answer->GetReflection()->FieldSize(*answer, field));
  }
  return shown;
}

// A call and its reactor. Kept alive by itself until OnDone, and by whoever holds the Call.
class CallReactor : public Call, public grpc::ServerGenericBidiReactor {
 public:
  CallReactor(Shared* shared, const Method* method, grpc::GenericCallbackServerContext* context)
      : shared_(shared), definition_(method), context_(context), start_(absl::Now()) {
    method_ = method->path;
    traceparent_ = TraceparentOr(Metadata(*context, "traceparent"));
    language_ = ParseLanguage(Metadata(*context, "accept-language"));
    if (context->deadline() != std::chrono::system_clock::time_point::max()) {
      deadline_ = absl::FromChrono(context->deadline());
    }
  }

  // Takes ownership of itself; call once.
  void Begin(std::shared_ptr<CallReactor> self) {
    self_ = std::move(self);
    absl::Status admitted = shared_->Available(definition_->serve_before_ready);
    if (admitted.ok()) admitted = Enter();
    if (admitted.ok() && shared_->limits != nullptr) {
      absl::StatusOr<std::unique_ptr<CallerLimits::Pass>> pass =
          shared_->limits->Enter(caller_.name());
      admitted = pass.status();
      if (pass.ok()) pass_ = *std::move(pass);
    }
    if (!admitted.ok()) return Fail(admitted);
    Launch();
  }

  bool cancelled() const override {
    return cancelled_ || shared_->draining ||
           !shared_->gate->Stands(caller_, definition_->policy, shared_->options.clock->Now());
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override {
    shared_->Count(*definition_, code_, absl::Now() - start_);
    pass_.reset();
    std::shared_ptr<CallReactor> last = std::move(self_);
  }

 protected:
  virtual void Launch() = 0;

  void Fail(const absl::Status& status) {
    log::TraceScope trace(traceparent_);
    code_ = status.code();
    if (shared_->failed && !caller_.name().empty()) shared_->failed(caller_, status);
    CountAnswer(status.message().size());
    Finish(ToGrpc(status, language_));
  }
  void Succeed(const std::string& bytes) {
    answer_ = ToBuffer(bytes);
    CountAnswer(bytes.size());
    StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void SucceedEmpty() { Finish(grpc::Status::OK); }

  // Admits the caller and replaces a signed act by what was signed. On the pool:
  // it verifies a signature.
  absl::Status OpenAct(std::string* bytes) {
    // Again, now that the request is there: between headers and body a key may die
    // and roles may change.
    if (caller_.person() ||
        !shared_->gate->Stands(caller_, definition_->policy, shared_->options.clock->Now())) {
      SHAREWAY_RETURN_IF_ERROR(Enter());
    }
    if (definition_->policy.signed_act()) {
      std::unique_ptr<google::protobuf::Message> request(
          google::protobuf::MessageFactory::generated_factory()
              ->GetPrototype(definition_->request)
              ->New());
      if (!request->ParseFromString(*bytes)) {
        return absl::InvalidArgumentError("the request does not parse");
      }
      SHAREWAY_ASSIGN_OR_RETURN(
          VerifiedAct verified,
          VerifyAct(*request, method_, caller_.name(), *shared_->gate->directory().Get(),
                    shared_->options.party ? &*shared_->options.party : nullptr,
                    shared_->gate->verifier(), shared_->options.clock->Now()));
      act_ = std::move(verified.act);
      *bytes = std::move(verified.request);
    }
    request_bytes_ = *bytes;
    return absl::OkStatus();
  }

  // What is read under a mandate is evidence before anybody sees it. OK where there is none.
  absl::Status Recorded(const std::string& answer) const {
    if (caller_.mandate.empty()) return absl::OkStatus();
    return shared_->mandate_read(*this, ObjectOf(definition_->request, request_bytes_),
                                 ShownIn(definition_->response, answer));
  }

  Shared* const shared_;
  const Method* const definition_;
  grpc::GenericCallbackServerContext* const context_;
  std::shared_ptr<CallReactor> self_;
  std::atomic<bool> cancelled_ = false;
  std::unique_ptr<CallerLimits::Pass> pass_;  // null where there are no limits

 private:
  void CountAnswer(size_t bytes) {
    if (pass_ == nullptr) return;
    shared_->limits->GiveAnswer(pass_.get(), bytes, [this] {
      log::Warn("untaken-answer-cut", {{"method", method()}, {"caller", caller().name()}});
      context_->TryCancel();
    });
  }
  absl::Status Enter() {
    const auto peer = context_->auth_context();
    const auto uris = peer->FindPropertyValues("peer_uri");
    const auto pems = peer->FindPropertyValues("x509_pem_cert");
    if (uris.size() != 1 || pems.size() != 1) {
      return Error(Reason::kUnauthenticated, absl::StatusCode::kUnauthenticated,
                   absl::StrCat("the certificate has ", uris.size(), " URIs, want exactly one"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const Claim claim, Claimed());
    const Policy& asked = definition_->policy;
    const absl::Time now = shared_->options.clock->Now();
    const absl::string_view pem(pems[0].data(), pems[0].size());
    SHAREWAY_ASSIGN_OR_RETURN(caller_, shared_->gate->Identify(pem, claim, asked, now));
    if (shared_->mandate_read) {
      const std::string agency = Metadata(*context_, kInspectedKey);
      SHAREWAY_ASSIGN_OR_RETURN(caller_, shared_->gate->UnderMandate(caller_, agency, asked, now));
    }
    if (asked.delegable() && caller_.person() && caller_.mandate.empty() && shared_->lent &&
        !Gate::HasRole(asked, caller_.roles)) {
      caller_.lent = shared_->lent(caller_);
    }
    return Gate::Admit(asked, caller_, now);
  }
  // Whom the call names as its person, if any.
  absl::StatusOr<Claim> Claimed() const {
    const auto& metadata = context_->client_metadata();
    const size_t named = metadata.count(kActorKey), passes = metadata.count(kPassKey);
    if (named > 1 || passes > 1 || metadata.count(kActorBytesKey) > 0) {
      return Error(Reason::kUnauthenticated, absl::StatusCode::kUnauthenticated, "two callers");
    }
    Claim claim;
    if (named > 0) claim.actor = Metadata(*context_, kActorKey);
    if (passes > 0) claim.pass = Metadata(*context_, kPassKey);
    return claim;
  }

  const absl::Time start_;
  grpc::ByteBuffer answer_;
  absl::StatusCode code_ = absl::StatusCode::kOk;
};

absl::Status Overloaded() {
  return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
               "too many calls wait; retry later");
}

class UnaryReactor final : public CallReactor {
 public:
  using CallReactor::CallReactor;

  void OnReadDone(bool ok) override {
    if (!ok) return Fail(absl::CancelledError("no request came"));
    if (pass_ != nullptr) {
      const absl::Status taken = shared_->limits->TakeRequest(pass_.get(), request_.Length());
      if (!taken.ok()) return Fail(taken);
    }
    const bool small = request_.Length() <= kMostHere;
    if (definition_->begin == Server::Begin::kHere && small) return Handle();
    const bool taken = definition_->begin == Server::Begin::kPool
                           ? shared_->pool->Run(caller_.name(), [this] { Handle(); })
                           : shared_->pool->RunSoon(caller_.name(), [this] { Handle(); });
    if (!taken) Fail(Overloaded());
  }
  void Continue(std::function<void()> work) const override {
    if (definition_->begin != Server::Begin::kHere ||
        !shared_->pool->RunSoon(caller_.name(), work)) {
      work();
    }
  }

 private:
  void Launch() override { StartRead(&request_); }

  void Handle() {
    log::TraceScope trace(traceparent());
    std::string bytes = ToBytes(request_);
    request_.Clear();
    absl::Status opened = OpenAct(&bytes);
    if (!opened.ok()) return Fail(opened);
    definition_->unary(self_, std::move(bytes), [this](absl::StatusOr<std::string> answer) {
      absl::Status status = answer.status();
      if (status.ok()) status = Recorded(*answer);
      if (status.ok()) {
        Succeed(*answer);
      } else {
        Fail(status);
      }
    });
  }

  grpc::ByteBuffer request_;
};

// Runs `work` on a thread of its own, if there is room.
bool RunStream(Shared* shared, const std::string& caller, std::function<void()> work) {
  {
    absl::MutexLock lock(&shared->mutex);
    if (shared->streams >= shared->options.max_streams) return false;
    int& own = shared->streams_of[caller];
    if (own >= shared->options.max_streams_of_one) return false;
    ++shared->streams;
    ++own;
  }
  std::thread([shared, caller, work = std::move(work)] {
    work();
    absl::MutexLock lock(&shared->mutex);
    --shared->streams;
    if (--shared->streams_of[caller] == 0) shared->streams_of.erase(caller);
  }).detach();
  return true;
}

class ServerStreamReactor final : public CallReactor, public RawWriter {
 public:
  using CallReactor::CallReactor;

  void OnReadDone(bool ok) override {
    if (!ok) return Fail(absl::CancelledError("no request came"));
    if (!RunStream(shared_, caller_.name(), [this] { Handle(); })) Fail(Overloaded());
  }

  absl::Status Write(std::string bytes) override {
    if (cancelled()) return absl::CancelledError("nobody may read the stream any more");
    if (!recorded_) SHAREWAY_RETURN_IF_ERROR(Recorded(bytes));
    recorded_ = true;
    message_ = ToBuffer(bytes);
    {
      absl::MutexLock lock(&mutex_);
      writing_ = true;
    }
    StartWrite(&message_);
    absl::MutexLock lock(&mutex_);
    const absl::Time limit = absl::Now() + shared_->options.limits.stalled;
    while (writing_) {
      if (turned_.WaitWithDeadline(&mutex_, limit) && writing_) {
        log::Warn("slow-reader-cut", {{"method", method()}, {"caller", caller().name()}});
        context_->TryCancel();
        while (writing_) turned_.Wait(&mutex_);
      }
    }
    return broken_ ? absl::CancelledError("nobody reads the stream") : absl::OkStatus();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    broken_ = !ok;
    turned_.SignalAll();
  }

 private:
  void Launch() override { StartRead(&request_); }

  void Handle() {
    log::TraceScope trace(traceparent());
    std::string bytes = ToBytes(request_);
    absl::Status status = OpenAct(&bytes);
    if (status.ok()) status = definition_->server_stream(*this, std::move(bytes), this);
    if (status.ok()) {
      SucceedEmpty();
    } else {
      Fail(status);
    }
  }

  grpc::ByteBuffer request_, message_;
  bool recorded_ = false;  // for the handler's thread
  absl::Mutex mutex_;
  absl::CondVar turned_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

class ClientStreamReactor final : public CallReactor, public RawReader {
 public:
  using CallReactor::CallReactor;

  absl::StatusOr<std::optional<std::string>> Read() override {
    if (ended_) return std::optional<std::string>();
    if (cut_) return absl::CancelledError("the caller went away");
    if (Try([this] { StartRead(&message_); })) {
      if (cancelled()) return absl::CancelledError("the caller may not go on");
      return std::optional<std::string>(ToBytes(message_));
    }
    // A read ends alike after the last message and when the caller is gone, and OnCancel may come
    // later than it: the part of a file that came would pass for the file. Headers tell, since they
    // cannot be sent any more on a stream that was cut.
    (Try([this] { StartSendInitialMetadata(); }) ? ended_ : cut_) = true;
    if (cancelled()) return absl::CancelledError("the caller may not go on");
    if (cut_) return absl::CancelledError("the caller went away");
    return std::optional<std::string>();
  }

  void OnReadDone(bool ok) override { Done(ok); }
  void OnSendInitialMetadataDone(bool ok) override { Done(ok); }

 private:
  // Starts what ends with Done and waits for it; cuts who takes longer. Whether it succeeded.
  template <typename Start>
  bool Try(Start start) {
    mutex_.Lock();
    pending_ = true;
    mutex_.Unlock();
    start();
    absl::MutexLock lock(&mutex_);
    const absl::Time limit = absl::Now() + kStall;
    while (pending_) {
      if (turned_.WaitWithDeadline(&mutex_, limit) && pending_) {
        log::Warn("silent-sender-cut", {{"method", method()}, {"caller", caller().name()}});
        context_->TryCancel();
        while (pending_) turned_.Wait(&mutex_);
      }
    }
    return succeeded_;
  }
  void Done(bool ok) {
    absl::MutexLock lock(&mutex_);
    pending_ = false;
    succeeded_ = ok;
    turned_.SignalAll();
  }

  void Launch() override {
    if (definition_->policy.signed_act()) {
      return Fail(absl::InternalError("a client stream cannot carry a signed act"));
    }
    if (!RunStream(shared_, caller_.name(), [this] { Handle(); })) Fail(Overloaded());
  }

  void Handle() {
    log::TraceScope trace(traceparent());
    absl::StatusOr<std::string> answer = definition_->client_stream(*this, this);
    if (answer.ok()) {
      Succeed(*answer);
    } else {
      Fail(answer.status());
    }
  }

  grpc::ByteBuffer message_;
  absl::Mutex mutex_;
  absl::CondVar turned_;
  bool pending_ ABSL_GUARDED_BY(mutex_) = false;
  bool succeeded_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ = false, cut_ = false;  // for the handler's thread
};

// An unknown path. The answer is the same for everybody.
class UnknownReactor final : public grpc::ServerGenericBidiReactor {
 public:
  UnknownReactor() { Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method")); }
  void OnDone() override { delete this; }
};

}  // namespace

absl::Status Shared::Available(bool before_ready) {
  if (draining) {
    return Error(Reason::kDraining, absl::StatusCode::kUnavailable, "the service is draining");
  }
  absl::MutexLock lock(&mutex);
  if (ready || before_ready) return absl::OkStatus();
  return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
               absl::StrCat("the service is not ready: ", why));
}

void Shared::Count(const Method& method, absl::StatusCode code, absl::Duration took) {
  if (calls == nullptr) return;
  if (code == absl::StatusCode::kOk) {
    metrics::Counter(method.answered).Add();
  } else {
    calls->With(method.path, absl::StatusCodeToString(code)).Add();
  }
  metrics::Histogram(method.seconds).Observe(absl::ToDoubleSeconds(took));
}

grpc::ServerGenericBidiReactor* MakeReactor(Shared* shared,
                                            grpc::GenericCallbackServerContext* context) {
  auto it = shared->methods.find(context->method());
  if (it == shared->methods.end()) return new UnknownReactor;
  const Method* method = &it->second;
  std::shared_ptr<CallReactor> reactor;
  if (method->unary) {
    reactor = std::make_shared<UnaryReactor>(shared, method, context);
  } else if (method->server_stream) {
    reactor = std::make_shared<ServerStreamReactor>(shared, method, context);
  } else {
    reactor = std::make_shared<ClientStreamReactor>(shared, method, context);
  }
  CallReactor* raw = reactor.get();
  raw->Begin(std::move(reactor));
  return raw;
}

}  // namespace shareway::rpc
