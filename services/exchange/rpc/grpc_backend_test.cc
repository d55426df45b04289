// SPDX-License-Identifier: Apache-2.0
// Calls of a provider's system behind gRPC by descriptors, against a real local server.
#include "services/exchange/rpc/grpc_backend.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

using google::protobuf::Message;

// A system's contract, as a FileDescriptorProto in the text format.
constexpr char kFile[] = R"(
  name: "demo.proto" package: "demo.v1" syntax: "proto3"
  enum_type { name: "Kind" value { name: "KIND_UNSPECIFIED" number: 0 }
              value { name: "FULL" number: 1 } }
  message_type { name: "LookUpRequest"
    field { name: "no" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "most" number: 2 label: LABEL_OPTIONAL type: TYPE_INT32 }
    field { name: "all" number: 3 label: LABEL_OPTIONAL type: TYPE_BOOL }
    field { name: "kind" number: 4 label: LABEL_OPTIONAL type: TYPE_ENUM
            type_name: ".demo.v1.Kind" }
    field { name: "more" number: 5 label: LABEL_REPEATED type: TYPE_STRING }
    field { name: "weight" number: 6 label: LABEL_OPTIONAL type: TYPE_DOUBLE }
    field { name: "big" number: 7 label: LABEL_OPTIONAL type: TYPE_UINT64 } }
  message_type { name: "LookUpResponse"
    field { name: "households" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE
            type_name: ".demo.v1.Household" } }
  message_type { name: "Household"
    field { name: "code" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "amount" number: 2 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "heads" number: 3 label: LABEL_OPTIONAL type: TYPE_INT64 oneof_index: 0
            proto3_optional: true }
    field { name: "alive" number: 4 label: LABEL_OPTIONAL type: TYPE_BOOL }
    field { name: "kind" number: 5 label: LABEL_OPTIONAL type: TYPE_ENUM
            type_name: ".demo.v1.Kind" }
    field { name: "secret" number: 6 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "inner" number: 7 label: LABEL_OPTIONAL type: TYPE_MESSAGE
            type_name: ".demo.v1.Inner" }
    field { name: "many" number: 8 label: LABEL_REPEATED type: TYPE_STRING }
    field { name: "raw" number: 9 label: LABEL_OPTIONAL type: TYPE_BYTES }
    field { name: "weight" number: 10 label: LABEL_OPTIONAL type: TYPE_DOUBLE }
    oneof_decl { name: "_heads" } }
  message_type { name: "Inner"
    field { name: "code" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING } }
  service { name: "Aid"
    method { name: "LookUp" input_type: ".demo.v1.LookUpRequest"
             output_type: ".demo.v1.LookUpResponse" }
    method { name: "Count" input_type: ".demo.v1.LookUpRequest"
             output_type: ".demo.v1.Household" }
    method { name: "Watch" input_type: ".demo.v1.LookUpRequest"
             output_type: ".demo.v1.Household" server_streaming: true } }
)";

// Its file, built twice: by the test's server and, from the bytes, by what is tested.
class Demo {
 public:
  Demo() {
    google::protobuf::FileDescriptorProto* file = set_.add_file();
    REQUIRE(google::protobuf::TextFormat::ParseFromString(kFile, file));
    REQUIRE(pool_.BuildFile(*file) != nullptr);
  }
  std::string descriptor_set() const { return set_.SerializeAsString(); }
  // A message by the text format.
  std::string Bytes(const std::string& type, const std::string& text) {
    const std::unique_ptr<Message> message(New(type));
    REQUIRE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
    return message->SerializeAsString();
  }
  std::string Text(const std::string& type, const std::string& bytes) {
    const std::unique_ptr<Message> message(New(type));
    REQUIRE(message->ParseFromString(bytes));
    return message->ShortDebugString();
  }

 private:
  Message* New(const std::string& type) {
    return factory_.GetPrototype(pool_.FindMessageTypeByName("demo.v1." + type))->New();
  }
  google::protobuf::FileDescriptorSet set_;
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_{&pool_};
};

// Answers every method with the same bytes or the same status.
class TestGrpcServer final : public grpc::CallbackGenericService {
 public:
  TestGrpcServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~TestGrpcServer() override { server_->Shutdown(); }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  std::string answer;  // set before a call
  grpc::Status status;
  // Of the last call.
  std::string path, request;
  std::map<std::string, std::string> metadata;

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(TestGrpcServer* server) : server_(server) { StartRead(&in_); }
    void OnReadDone(bool ok) override {
      std::vector<grpc::Slice> slices;
      if (!ok || !in_.Dump(&slices).ok()) return Finish(grpc::Status::CANCELLED);
      server_->request.clear();
      for (const grpc::Slice& slice : slices) {
        server_->request.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
      if (!server_->status.ok()) return Finish(server_->status);
      const grpc::Slice slice(server_->answer);
      out_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&out_, {}, grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    TestGrpcServer* const server_;
    grpc::ByteBuffer in_, out_;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    path = context->method();
    metadata.clear();
    for (const auto& [name, value] : context->client_metadata()) {
      metadata.emplace(std::string(name.data(), name.size()),
                       std::string(value.data(), value.size()));
    }
    return new Reactor(this);
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Asking {
  Demo demo;
  TestGrpcServer server;
  Operation operation = {.id = "look_up",
                         .form = Operation::Form::kProtobuf,
                         .parameters = {"no", "most"},
                         .descriptor_set = demo.descriptor_set(),
                         .method = "demo.v1.Aid/LookUp"};
  Invocation invocation = {.operation = "look_up", .arguments = {{"no", "演"}, {"most", "-3"}}};
  Request request = {.exchange = "x1",
                     .attempt = 1,
                     .consumer = "agencies/tax",
                     .grant = "grants/g1",
                     .traceparent = "00-trace"};
  std::vector<SchemaItem> items = {{.id = "code"},
                                   {.id = "amount", .type = ItemType::kDecimal},
                                   {.id = "heads", .type = ItemType::kInteger},
                                   {.id = "alive", .type = ItemType::kBoolean},
                                   {.id = "kind"},
                                   {.id = "absent"}};

  absl::StatusOr<BackendAnswer> Ask() {
    const auto backend = GrpcBackend::Open({.address = server.address()});
    REQUIRE(backend.ok());
    return (*backend)->Call({.operation = operation,
                             .invocation = invocation,
                             .request = request,
                             .items = items,
                             .timeout = absl::Seconds(5)});
  }
  // Asks; what the consumer is told of the failure.
  std::string Failed() {
    const absl::Status status = Ask().status();
    INFO(status);
    REQUIRE(DetailsOf(status));
    CHECK(DetailsOf(status)->reason == Reason::kBackendFailed);
    CHECK_FALSE(absl::StrContains(status.message(), "CANARY"));
    return std::string(status.message());
  }
};

TEST_CASE("Arguments become fields, and fields become items", "[grpc-backend]") {
  Asking asking;
  asking.server.answer = asking.demo.Bytes(
      "LookUpResponse",
      R"(households { code: "a" amount: "1.10" heads: 3 alive: true kind: FULL secret: "CANARY"
                      inner { code: "CANARY" } many: "CANARY" }
         households {})");
  const auto answer = asking.Ask();
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->rows.size() == 2);
  CHECK(answer->rows[0] == Row{"a", "1.10", "3", "true", "FULL", std::nullopt});
  CHECK(answer->rows[1] ==
        Row{"", std::nullopt, std::nullopt, "false", "KIND_UNSPECIFIED", std::nullopt});
  CHECK(asking.server.path == "/demo.v1.Aid/LookUp");
  CHECK(asking.demo.Text("LookUpRequest", asking.server.request) ==
        "no: \"\\346\\274\\224\" most: -3");
  CHECK(asking.server.metadata["shareway-consumer"] == "agencies/tax");
  CHECK(asking.server.metadata["shareway-exchange"] == "x1");
  CHECK(asking.server.metadata["traceparent"] == "00-trace");
}

TEST_CASE("An answer that is no list is one row, and what is not set is null where it can be told",
          "[grpc-backend]") {
  Asking asking;
  asking.operation.method = "demo.v1.Aid/Count";
  asking.items = {{.id = "code"}, {.id = "heads", .type = ItemType::kInteger}};
  asking.server.answer = asking.demo.Bytes("Household", R"(code: "a")");
  const auto answer = asking.Ask();
  REQUIRE(answer.ok());
  REQUIRE(answer->rows.size() == 1);
  CHECK(answer->rows[0] == Row{"a", std::nullopt});
}

TEST_CASE("Fields that the entry does not know are not read", "[grpc-backend]") {
  Asking asking;
  asking.operation.method = "demo.v1.Aid/Count";
  asking.items = {{.id = "code"}};
  // Field 99, length-delimited.
  asking.server.answer = asking.demo.Bytes("Household", R"(code: "a")") + "\x9a\x06\x06" "CANARY";
  const auto answer = asking.Ask();
  REQUIRE(answer.ok());
  CHECK(answer->rows[0] == Row{"a"});
}

TEST_CASE("An item that is not as the entry says fails, and tells nothing", "[grpc-backend]") {
  Asking asking;
  asking.operation.method = "demo.v1.Aid/Count";
  asking.server.answer = asking.demo.Bytes(
      "Household", R"(code: "CANARY" amount: "CANARY" inner { code: "CANARY" } many: "CANARY"
                      raw: "CANARY" weight: 1.5 alive: true)");
  const SchemaItem bad = GENERATE(
      values<SchemaItem>({{.id = "amount", .type = ItemType::kDecimal},
                          {.id = "code", .type = ItemType::kText, .length = 5},
                          {.id = "code", .type = ItemType::kBoolean},
                          {.id = "alive", .type = ItemType::kText},
                          {.id = "inner"},
                          {.id = "many"},
                          {.id = "raw"},
                          {.id = "weight", .type = ItemType::kDecimal}}));
  CAPTURE(bad.id, static_cast<int>(bad.type));
  asking.items = {bad};
  CHECK(absl::StrContains(asking.Failed(), bad.id));
}

TEST_CASE("An answer of other bytes, too many rows or an error status fails", "[grpc-backend]") {
  Asking asking;
  SECTION("bytes") {
    asking.server.answer = "CANARY";
    asking.Failed();
  }
  SECTION("rows") {
    std::string rows;
    for (size_t i = 0; i < kMaxCallRecords; ++i) rows += std::string("\x0a\x00", 2);
    asking.server.answer = rows;
    asking.items = {{.id = "code"}};
    CHECK(asking.Ask()->rows.size() == kMaxCallRecords);
    asking.server.answer += std::string("\x0a\x00", 2);
    asking.Failed();
  }
  SECTION("size") {
    asking.operation.method = "demo.v1.Aid/Count";
    asking.server.answer = "\x9a\x06\x80\x80\xc0\x01" + std::string(kMaxCallAnswer, 'c');
    asking.Failed();
  }
  SECTION("status") {
    asking.server.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "CANARY");
    CHECK(absl::StrContains(asking.Failed(), "gRPC status 5"));
  }
}

TEST_CASE("An argument that its field does not take is the caller's fault", "[grpc-backend]") {
  Asking asking;
  const auto [name, value] = GENERATE(table<std::string, std::string>({
      {"most", "x"}, {"most", "2147483648"}, {"all", "yes"}, {"kind", "HALF"}, {"big", "-1"},
      {"weight", "1.5"}}));
  CAPTURE(name, value);
  asking.invocation.arguments = {{name, value}};
  CHECK(absl::IsInvalidArgument(asking.Ask().status()));
  CHECK(asking.server.path.empty());
}

TEST_CASE("Descriptors that do not describe the method serve nobody", "[grpc-backend]") {
  Asking asking;
  SECTION("no descriptors") { asking.operation.descriptor_set = "CANARY"; }
  SECTION("no such method") { asking.operation.method = "demo.v1.Aid/Delete"; }
  SECTION("a stream") { asking.operation.method = "demo.v1.Aid/Watch"; }
  SECTION("no such field") { asking.invocation.arguments = {{"other", "1"}}; }
  SECTION("a list") { asking.invocation.arguments = {{"more", "1"}}; }
  SECTION("a form of another backend") { asking.operation.form = Operation::Form::kOpaque; }
  asking.Failed();
  CHECK(asking.server.path.empty());
}

TEST_CASE("What a consumer says is no metadata of its own", "[grpc-backend]") {
  Asking asking;
  asking.server.answer = "";
  asking.request.traceparent = "00\r\nx-admin: 1\x80";
  CHECK(asking.Ask().ok());
  CHECK_FALSE(asking.server.metadata.contains("traceparent"));
}

TEST_CASE("Only host and port are an address, in the clear of this machine alone",
          "[grpc-backend]") {
  for (const char* good : {"127.0.0.1:1", "[::1]:443", "localhost:65535"}) {
    CAPTURE(good);
    CHECK(GrpcBackend::Open({.address = good}).ok());
  }
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "unix:/tmp/x:1",
                          "dns:///a:1", "a.example:443", "10.0.0.1:443", ":443", "a b:1"}) {
    CAPTURE(bad);
    CHECK(absl::IsInvalidArgument(GrpcBackend::Open({.address = bad}).status()));
  }
}

}  // namespace
}  // namespace shareway::exchange
