// SPDX-License-Identifier: Apache-2.0
// Calls of any method of a service by its descriptor: what is asked, by whom, and what is heard.
// For tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "grpcpp/support/sync_stream.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/credentials.h"
#include "libs/rpc/directory.h"
#include "shareway/policy.pb.h"
#include "tests/support/test_pki.h"

namespace shareway::sweep {

namespace pb = google::protobuf;

// What a sweep must know of the service that it sweeps.
struct Service {
  std::string uri = {};  // shareway://test/service/sharing
  int port = 0;
  // False for texts by which no object is looked up: prose, and parts of other things.
  std::function<bool(const std::string& field)> names_object = {};
  // A plausible text, so that what is checked before the object in question is good. Empty for
  // names of objects, and for what is better left out.
  std::function<std::string(const std::string& field, const std::string& etag)> text = {};
  std::set<std::string> left_out = {};              // fields, of whatever type, that stay empty
  std::function<void(pb::Message* request)> finish = {};  // may be null: mends what was filled
  // A name of nothing, as long as `name` and of its form.
  std::function<std::string(const std::string& kind, const std::string& name)> absent = {};
  std::function<std::string(const std::string& name)> etag = {};  // that a write would need
  // Names of all that is somebody's and not the strangers', by kind.
  std::map<std::string, std::vector<std::string>> objects = {};
  std::vector<std::string> secrets = {};  // what else no stranger may be told
};

// Lets a caller into the directory that a server goes by, with a key of its own, and the caller's
// agency if it is new. `uri` without its domain: person/s; `agency` and `roles` are a person's,
// who without an agency is there already.
inline testing::TestIdentity Admit(testing::TestPki* pki, rpc::DirectoryHolder* holder,
                                   const std::string& uri, const std::string& agency = "",
                                   const std::vector<Role>& roles = {}) {
  const std::string whole = absl::StrCat("shareway://test/", uri);
  const crypto::Identity who = crypto::Identity::Parse(whole).value();
  testing::TestIdentity identity = pki->Issue(absl::StrReplaceAll(uri, {{"/", "-"}}), {whole});
  rpc::Directory next = *holder->Get();
  catalog::v1::DirectoryChange change;
  const std::string& of = who.agency.empty() ? agency : who.agency;
  if (!of.empty() && next.agency(of) == nullptr) {
    change.mutable_agency()->set_name(of);
    change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
    next.Apply(change);
  }
  if (who.kind == crypto::Identity::Kind::kNode) {
    change.mutable_node()->set_name(who.name);
    change.mutable_node()->set_standing(catalog::v1::ACTIVE);
    next.Apply(change);
  } else if (who.kind == crypto::Identity::Kind::kSystem) {
    change.mutable_system()->set_name(who.name);
    change.mutable_system()->set_standing(catalog::v1::ACTIVE);
    next.Apply(change);
  } else if (who.kind == crypto::Identity::Kind::kPerson && !agency.empty()) {
    catalog::v1::Person* person = change.mutable_person();
    person->set_name(who.name);
    person->set_agency(agency);
    person->set_standing(catalog::v1::ACTIVE);
    for (const Role role : roles) person->add_roles(role);
    next.Apply(change);
  }
  catalog::v1::Key* key = change.mutable_key();
  key->set_name(crypto::KeyName(identity.key.public_key().id()));
  key->set_owner(who.name);
  key->set_use(catalog::v1::Key::TLS);
  key->set_suite(evidence::v1::P256_SHA256);
  key->set_spki(identity.key.public_key().spki());
  key->set_standing(catalog::v1::ACTIVE);
  next.Apply(change);
  holder->Set(std::make_shared<const rpc::Directory>(next));
  return identity;
}

// Every role but these.
inline std::vector<Role> RolesBut(const std::set<Role>& without) {
  std::vector<Role> roles;
  for (int i = 1; Role_IsValid(i); ++i) {
    if (without.count(static_cast<Role>(i)) == 0) roles.push_back(static_cast<Role>(i));
  }
  return roles;
}

// A name of nothing: the letters after the collection are all "a", as in no name that is made.
inline std::string Nothing(const std::string& name) {
  const size_t id = name.find('/') + 1;
  return absl::StrCat(name.substr(0, id), std::string(name.size() - id, 'a'));
}

// All methods of the protos in a folder, "shareway/sharing/v1", but of those `without`.
inline std::vector<const pb::MethodDescriptor*> MethodsOf(
    const std::string& folder, const std::set<std::string>& without = {}) {
  std::vector<const pb::MethodDescriptor*> methods;
  for (const auto& file :
       std::filesystem::directory_iterator(SHAREWAY_SOURCE_DIR "/proto/" + folder)) {
    if (without.count(file.path().filename().string()) > 0) continue;
    const pb::FileDescriptor* known = pb::DescriptorPool::generated_pool()->FindFileByName(
        absl::StrCat(folder, "/", file.path().filename().string()));
    INFO(file.path());
    REQUIRE(known != nullptr);
    for (int i = 0; i < known->service_count(); ++i) {
      for (int j = 0; j < known->service(i)->method_count(); ++j) {
        methods.push_back(known->service(i)->method(j));
      }
    }
  }
  std::sort(methods.begin(), methods.end(),
            [](const auto* a, const auto* b) { return a->full_name() < b->full_name(); });
  return methods;
}

inline bool Reads(const pb::MethodDescriptor& method) {
  for (const char* verb : {"Get", "List", "Watch", "Export", "Download", "Compute", "Compare"}) {
    if (absl::StartsWith(method.name(), verb)) return true;
  }
  return false;
}

// From the request to a text in it.
using FieldPath = std::vector<const pb::FieldDescriptor*>;

inline bool IsOurs(const pb::Descriptor& type) {
  return !absl::StartsWith(type.full_name(), "google.") && type.name() != "SignedAct";
}

// Adds the fields of texts, three deep, by which an object may be looked up.
inline void AddPaths(const Service& service, const pb::Descriptor& type, const FieldPath& at,
                     std::vector<FieldPath>* paths) {
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* field = type.field(i);
    FieldPath next = at;
    next.push_back(field);
    if (field->type() == pb::FieldDescriptor::TYPE_STRING) {
      if (service.names_object(field->name())) paths->push_back(next);
    } else if (field->type() == pb::FieldDescriptor::TYPE_MESSAGE && at.size() < 2 &&
               IsOurs(*field->message_type())) {
      AddPaths(service, *field->message_type(), next, paths);
    }
  }
}

inline std::string NameOfPath(const FieldPath& path) {
  return absl::StrJoin(path, ".", [](std::string* out, const auto* f) { *out += f->name(); });
}

// Fills all but the later members of a oneof, four messages deep.
inline void Fill(const Service& service, pb::Message* message, const std::string& etag,
                 int depth = 0) {
  const pb::Descriptor& type = *message->GetDescriptor();
  const pb::Reflection& set = *message->GetReflection();
  const bool listing = absl::StartsWith(type.name(), "List");  // filters would hide what is there
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor* f = type.field(i);
    const bool later = f->containing_oneof() != nullptr && f != f->containing_oneof()->field(0);
    if (later || service.left_out.count(f->name()) > 0) continue;
    const bool list_of_numbers = f->is_repeated() &&
                                 f->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING &&
                                 f->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE &&
                                 f->cpp_type() != pb::FieldDescriptor::CPPTYPE_ENUM;
    if (list_of_numbers) continue;
    switch (f->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = f->type() == pb::FieldDescriptor::TYPE_BYTES
                                     ? std::string(32, 'd')
                                     : service.text(f->name(), etag);
        if (listing || text.empty()) break;
        f->is_repeated() ? set.AddString(message, f, text) : set.SetString(message, f, text);
        break;
      }
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth > 2) break;
        if (!IsOurs(*f->message_type()) && f->message_type()->name() != "Timestamp") break;
        Fill(service,
             f->is_repeated() ? set.AddMessage(message, f) : set.MutableMessage(message, f), etag,
             depth + 1);
        break;
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        if (listing || f->enum_type()->value_count() < 2) break;
        f->is_repeated() ? set.AddEnum(message, f, f->enum_type()->value(1))
                         : set.SetEnum(message, f, f->enum_type()->value(1));
        break;
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        if (f->name() == "validate_only" || f->name() == "held") set.SetBool(message, f, true);
        break;
      case pb::FieldDescriptor::CPPTYPE_INT32:
        if (f->name() != "page_size") set.SetInt32(message, f, 1);
        break;
      case pb::FieldDescriptor::CPPTYPE_UINT32: set.SetUInt32(message, f, 1); break;
      case pb::FieldDescriptor::CPPTYPE_INT64: set.SetInt64(message, f, 1); break;
      case pb::FieldDescriptor::CPPTYPE_UINT64: set.SetUInt64(message, f, 1); break;
      default: break;
    }
  }
}

inline void Put(pb::Message* message, const FieldPath& path, const std::string& text) {
  for (const pb::FieldDescriptor* field : path) {
    const pb::Reflection& set = *message->GetReflection();
    const bool none = field->is_repeated() && set.FieldSize(*message, field) == 0;
    if (field->type() == pb::FieldDescriptor::TYPE_STRING) {
      if (!field->is_repeated()) return set.SetString(message, field, text);
      return none ? set.AddString(message, field, text)
                  : set.SetRepeatedString(message, field, 0, text);
    }
    message = !field->is_repeated() ? set.MutableMessage(message, field)
              : none                ? set.AddMessage(message, field)
                                    : set.MutableRepeatedMessage(message, field, 0);
  }
}

// All that reaches a caller.
struct Heard {
  grpc::Status status = {};
  std::string details = {};   // google.rpc.Status as text: the bytes of a map have no order
  std::string answers = {};   // as text
  std::string trailing = {};  // other metadata, in order of its keys

  std::string all() const {
    return absl::StrCat(static_cast<int>(status.error_code()), " ", status.error_message(), "\n",
                        details, "\n", trailing, "\n", answers);
  }
  bool ok() const { return status.ok(); }
};

// The ids that a write makes up, and the versions that it counts, are others each time.
inline std::string WithoutIds(const std::string& text) {
  constexpr size_t kId = 24;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '/' || text.size() - i <= kId) continue;
    const bool id = std::all_of(text.begin() + static_cast<long>(i) + 1,
                                text.begin() + static_cast<long>(i + 1 + kId), [](char c) {
                                  return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
                                });
    if (!id) continue;
    out += "ID";
    i += kId;
  }
  const std::string etag = "etag: \"v";
  for (size_t at = out.find(etag); at != std::string::npos; at = out.find(etag, at + 1)) {
    const size_t from = at + etag.size();
    out.erase(from, out.find('"', from) - from);
  }
  return out;
}

class Caller {
  using RpcMethod = grpc::internal::RpcMethod;

 public:
  // `uri` without its domain: person/s. The directory knows it already. `inspected`: the agency that
  // each call names as the one that is inspected; empty: none.
  Caller(testing::TestIdentity identity, const std::string& uri, Service service,
         const std::string& inspected = "")
      : service_(std::move(service)),
        inspected_(inspected),
        identity_(std::move(identity)),
        name_(crypto::Identity::Parse(absl::StrCat("shareway://test/", uri)).value().name),
        tls_(rpc::TlsSource::Of(identity_.tls).value()),
        channel_(grpc::CreateChannel(absl::StrCat("127.0.0.1:", service_.port),
                                     rpc::ClientTls(*tls_, service_.uri))) {}

  const std::string& name() const { return name_; }

  // True if the method's policy admits callers of this kind.
  bool MayCall(const pb::MethodDescriptor& method) const {
    const CallerKind kind = absl::StartsWith(name_, "people/")      ? PERSON
                            : absl::StartsWith(name_, "services/")  ? SERVICE
                            : absl::StrContains(name_, "/nodes/")   ? NODE
                                                                    : SYSTEM;
    const Policy& admits = method.options().GetExtension(policy);
    return std::find(admits.callers().begin(), admits.callers().end(), kind) !=
           admits.callers().end();
  }

  // Calls with `text` at `path`, everything else plausible.
  Heard Ask(const pb::MethodDescriptor& method, const FieldPath& path, const std::string& text,
            const std::string& etag) {
    const std::unique_ptr<pb::Message> request = New(*method.input_type());
    Fill(service_, request.get(), etag);
    if (service_.finish) service_.finish(request.get());
    if (!path.empty()) Put(request.get(), path, text);
    return Send(method, std::move(*request));
  }

  Heard Send(const pb::MethodDescriptor& method, pb::Message&& request) {
    const std::string path =
        absl::StrCat("/", method.service()->full_name(), "/", method.name());
    if (const pb::FieldDescriptor* act = method.input_type()->FindFieldByName("signed_act")) {
      const auto signed_act = evidence::SignAct(identity_.key, name_, path,
                                                request.SerializeAsString(), absl::Now());
      REQUIRE(signed_act.ok());
      request.Clear();
      request.GetReflection()->MutableMessage(&request, act)->CopyFrom(*signed_act);
    }
    grpc::ClientContext context;
    if (!inspected_.empty()) context.AddMetadata(rpc::kInspectedKey, inspected_);
    const bool lasts = method.server_streaming();
    context.set_deadline(
        absl::ToChronoTime(absl::Now() + (lasts ? absl::Milliseconds(300) : absl::Seconds(20))));
    const std::string bytes = request.SerializeAsString();
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer body(&slice, 1);
    Heard heard;
    std::vector<std::string> answers;
    if (lasts) {
      answers = First(path, &context, body, &heard.status);
    } else {
      grpc::ByteBuffer answer;
      heard.status = method.client_streaming() ? Upload(path, &context, body, &answer)
                                               : grpc::internal::BlockingUnaryCall(
                                                     channel_.get(),
                                                     RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC),
                                                     &context, body, &answer);
      if (heard.ok()) answers.push_back(Bytes(answer));
    }
    for (const std::string& one : answers) {
      const std::unique_ptr<pb::Message> message = New(*method.output_type());
      REQUIRE(message->ParseFromString(one));
      absl::StrAppend(&heard.answers, message->DebugString());
    }
    google::rpc::Status details;
    if (!heard.status.error_details().empty()) {
      REQUIRE(details.ParseFromString(heard.status.error_details()));
      heard.details = details.DebugString();
    }
    for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
      if (key == "grpc-status-details-bin") continue;
      absl::StrAppend(&heard.trailing, absl::string_view(key.data(), key.size()), "=",
                      absl::string_view(value.data(), value.size()), "\n");
    }
    return heard;
  }

 private:
  static std::unique_ptr<pb::Message> New(const pb::Descriptor& type) {
    return std::unique_ptr<pb::Message>(
        pb::MessageFactory::generated_factory()->GetPrototype(&type)->New());
  }
  static std::string Bytes(const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (!buffer.Dump(&slices).ok()) return bytes;
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return bytes;
  }
  // The first messages of a stream, up to three, and how it ended if it did.
  std::vector<std::string> First(const std::string& path, grpc::ClientContext* context,
                                 const grpc::ByteBuffer& body, grpc::Status* status) {
    const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader(
        grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
            channel_.get(), RpcMethod(path.c_str(), RpcMethod::SERVER_STREAMING), context, body));
    std::vector<std::string> messages;
    grpc::ByteBuffer message;
    while (messages.size() < 3 && reader->Read(&message)) messages.push_back(Bytes(message));
    if (messages.size() == 3) context->TryCancel();
    *status = reader->Finish();
    return messages;
  }
  grpc::Status Upload(const std::string& path, grpc::ClientContext* context,
                      const grpc::ByteBuffer& body, grpc::ByteBuffer* answer) {
    const std::unique_ptr<grpc::ClientWriter<grpc::ByteBuffer>> writer(
        grpc::internal::ClientWriterFactory<grpc::ByteBuffer>::Create(
            channel_.get(), RpcMethod(path.c_str(), RpcMethod::CLIENT_STREAMING), context, answer));
    writer->Write(body);
    writer->WritesDone();
    return writer->Finish();
  }

  const Service service_;
  const std::string inspected_;
  const testing::TestIdentity identity_;
  const std::string name_;
  const std::shared_ptr<rpc::TlsSource> tls_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace shareway::sweep
