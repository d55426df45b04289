// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/session.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/grpc_status.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/catalog/v1/project.pb.h"
#include "shareway/console/v1/account_service.pb.h"
#include "shareway/policy.pb.h"
#include "shareway/sharing/v1/disposal.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/feedback.pb.h"
#include "shareway/sharing/v1/finding.pb.h"
#include "shareway/sharing/v1/incident.pb.h"
#include "shareway/sharing/v1/notice.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/service_change.pb.h"
#include "tools/shareway/failure.h"

namespace shareway::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The method behind a path; null if the linked contracts do not have it.
const google::protobuf::MethodDescriptor* MethodAt(absl::string_view path) {
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(path.substr(1), {{"/", "."}}));
}

absl::StatusOr<Peer> PeerOf(absl::string_view path) {
  if (absl::StartsWith(path, "/shareway.catalog.")) return Peer::kCatalog;
  if (absl::StartsWith(path, "/shareway.sharing.")) return Peer::kSharing;
  if (absl::StartsWith(path, "/shareway.audit.")) return Peer::kAudit;
  if (absl::StartsWith(path, "/shareway.console.")) return Peer::kConsole;
  if (absl::StartsWith(path, "/shareway.exchange.")) return Peer::kNode;
  return absl::InternalError(absl::StrCat("no peer serves ", path));
}

const char* NameOf(Peer peer) {
  switch (peer) {
    case Peer::kCatalog:
      return "catalog";
    case Peer::kSharing:
      return "sharing";
    case Peer::kAudit:
      return "audit";
    case Peer::kConsole:
      return "console";
    case Peer::kNode:
      break;
  }
  return "node";
}

// The string field `name`, if the message has it and it is empty.
const FieldDescriptor* EmptyText(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING) return nullptr;
  return message.GetReflection()->GetString(message, field).empty() ? field : nullptr;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  double seconds = 0;
  absl::Duration timeout;
  if (absl::SimpleAtod(text, &seconds)) {
    timeout = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &timeout)) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no time as 30, 500ms or 2m"));
  }
  if (timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not above zero"));
  }
  return timeout;
}

Language Session::language() const { return rpc::ParseLanguage(flags.lang); }

absl::Status Session::LoadContext() {
  if (context_loaded_) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Contexts contexts, Contexts::Load(Contexts::DefaultPath()));
  SHAREWAY_ASSIGN_OR_RETURN(context_, contexts.Get(flags.context));
  for (const auto& [key, value] : flags.overrides) {
    if (!value.empty()) context_[key] = value;
  }
  context_loaded_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::string> Session::SettingOrEmpty(const std::string& key) {
  SHAREWAY_RETURN_IF_ERROR(LoadContext());
  const auto found = context_.find(key);
  return found == context_.end() ? std::string() : found->second;
}

absl::StatusOr<std::string> Session::Setting(const std::string& key) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string value, SettingOrEmpty(key));
  if (!value.empty()) return value;
  return UsageError(absl::StrCat("no ", key, " is known; give --",
                                 absl::StrReplaceAll(key, {{"_", "-"}}), " or a context with it"));
}

absl::StatusOr<crypto::CertificateFacts> Session::Certificate() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string dir, Setting("identity"));
  absl::StatusOr<crypto::CertificateFacts> facts = crypto::CheckTlsFiles(crypto::TlsFiles::In(dir));
  // Not the "not found" of an object that a script may ask about.
  if (absl::IsNotFound(facts.status())) return UsageError(facts.status().message());
  return facts;
}

absl::StatusOr<std::shared_ptr<rpc::Channel>> Session::To(Peer peer) {
  std::shared_ptr<rpc::Channel>& channel = channels_[peer];
  if (channel != nullptr) return channel;
  rpc::Channel::Options options;
  SHAREWAY_ASSIGN_OR_RETURN(options.address, Setting(NameOf(peer)));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string dir, Setting("identity"));
  options.tls = crypto::TlsFiles::In(dir);
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts, Certificate());
  if (peer == Peer::kNode) {
    SHAREWAY_ASSIGN_OR_RETURN(options.peer_uri, Setting("node_uri"));
  } else {
    options.peer_uri =
        absl::StrCat("shareway://", facts.identity.domain, "/service/", NameOf(peer));
  }
  SHAREWAY_ASSIGN_OR_RETURN(channel, rpc::Channel::Open(std::move(options)));
  return channel;
}

rpc::CallOptions Session::UnaryOptions() const {
  rpc::CallOptions options = StreamOptions();
  if (flags.timeout.empty()) options.timeout = absl::Seconds(30);
  return options;
}

rpc::CallOptions Session::StreamOptions() const {
  rpc::CallOptions options;
  options.timeout = ParseTimeout(flags.timeout).value_or(absl::InfiniteDuration());
  options.accept_language = flags.lang;
  options.inspected = flags.inspected;
  return options;
}

absl::StatusOr<std::string> Session::ReadEtag(const std::string& name) {
  namespace pb = sharing::v1;
  if (absl::StartsWith(name, "accounts/")) {
    return EtagBy<console::v1::Account, console::v1::GetAccountRequest>(
        "/shareway.console.v1.AccountService/GetAccount", name);
  }
  if (absl::StartsWith(name, "projects/")) {
    return EtagBy<catalog::v1::Project, catalog::v1::GetProjectRequest>(
        "/shareway.catalog.v1.ProjectService/GetProject", name);
  }
  if (absl::StartsWith(name, "findings/")) {
    return EtagBy<pb::Finding, pb::GetFindingRequest>(
        "/shareway.sharing.v1.SupervisionService/GetFinding", name);
  }
  if (absl::StartsWith(name, "inquiries/")) {
    return EtagBy<pb::Inquiry, pb::GetInquiryRequest>(
        "/shareway.sharing.v1.FeedbackService/GetInquiry", name);
  }
  if (absl::StartsWith(name, "complaints/")) {
    return EtagBy<pb::Complaint, pb::GetComplaintRequest>(
        "/shareway.sharing.v1.FeedbackService/GetComplaint", name);
  }
  if (absl::StartsWith(name, "incidents/")) {
    return EtagBy<pb::Incident, pb::GetIncidentRequest>(
        "/shareway.sharing.v1.IncidentService/GetIncident", name);
  }
  if (absl::StartsWith(name, "resources/")) {
    catalog::v1::GetResourceRequest get;
    get.set_name(name);
    SHAREWAY_ASSIGN_OR_RETURN(
        const auto resource,
        Call<catalog::v1::Resource>("/shareway.catalog.v1.CatalogService/GetResource", get));
    return resource.etag();
  }
  if (absl::StartsWith(name, "agencies/") && absl::StrContains(name, "/nodes/")) {
    return EtagBy<catalog::v1::NodeApplication, catalog::v1::GetNodeApplicationRequest>(
        "/shareway.catalog.v1.DirectoryService/GetNodeApplication", name);
  }
  if (absl::StartsWith(name, "disputes/")) {
    sharing::v1::GetDisputeRequest get;
    get.set_name(name);
    SHAREWAY_ASSIGN_OR_RETURN(
        const auto dispute,
        Call<sharing::v1::Dispute>("/shareway.sharing.v1.DisputeService/GetDispute", get));
    return dispute.etag();
  }
  if (absl::StartsWith(name, "disposals/")) {
    return EtagBy<sharing::v1::Disposal, sharing::v1::GetDisposalRequest>(
        "/shareway.sharing.v1.GrantService/GetDisposal", name);
  }
  if (absl::StartsWith(name, "notices/")) {
    return EtagBy<sharing::v1::Notice, sharing::v1::GetNoticeRequest>(
        "/shareway.sharing.v1.NoticeService/GetNotice", name);
  }
  if (absl::StartsWith(name, "service-changes/")) {
    return EtagBy<sharing::v1::ServiceChange, sharing::v1::GetServiceChangeRequest>(
        "/shareway.sharing.v1.GrantService/GetServiceChange", name);
  }
  sharing::v1::GetRequestRequest get;
  get.set_name(name);
  SHAREWAY_ASSIGN_OR_RETURN(
      const auto request,
      Call<sharing::v1::SharingRequest>("/shareway.sharing.v1.RequestService/GetRequest", get));
  return request.etag();
}

absl::Status Session::Fill(Message* request) {
  const auto* reflection = request->GetReflection();
  if (const FieldDescriptor* id = EmptyText(*request, "request_id");
      id != nullptr && !flags.request_id.empty()) {
    reflection->SetString(request, id, flags.request_id + request_id_suffix);
  }
  if (const FieldDescriptor* etag = EmptyText(*request, "etag"); etag != nullptr) {
    const FieldDescriptor* name = request->GetDescriptor()->FindFieldByName("name");
    std::string value = flags.etag;
    if (value.empty() && name != nullptr) {
      SHAREWAY_ASSIGN_OR_RETURN(value, ReadEtag(reflection->GetString(*request, name)));
    }
    reflection->SetString(request, etag, value);
  }
  const FieldDescriptor* validate = request->GetDescriptor()->FindFieldByName("validate_only");
  if (flags.dry_run && validate != nullptr) reflection->SetBool(request, validate, true);
  return absl::OkStatus();
}

absl::StatusOr<evidence::v1::SignedAct> Session::SignedBy(const std::string& path,
                                                          const std::string& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts, Certificate());
  if (facts.identity.kind != crypto::Identity::Kind::kPerson) {
    return UsageError(
        absl::StrCat(path, " is a signed act of a person; the identity is ", facts.identity.uri()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string dir, Setting("identity"));
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                            crypto::PrivateKey::FromFile(crypto::TlsFiles::In(dir).key));
  return evidence::SignAct(key, facts.identity.name, path, request, SystemClock().Now());
}

absl::Status Session::Sign(const std::string& path, Message* request) {
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::v1::SignedAct act,
                            SignedBy(path, request->SerializeAsString()));
  const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName("signed_act");
  if (field == nullptr) return absl::InternalError(absl::StrCat(path, " has no signed_act"));
  request->Clear();
  request->GetReflection()->MutableMessage(request, field)->CopyFrom(act);
  return absl::OkStatus();
}

absl::Status Session::Invoke(const std::string& path, const Message& request, Message* response) {
  const google::protobuf::MethodDescriptor* method = MethodAt(path);
  if (method == nullptr || method->input_type() != request.GetDescriptor()) {
    return absl::InternalError(absl::StrCat(path, " is no method of ", request.GetTypeName()));
  }
  const std::unique_ptr<Message> filled(request.New());
  filled->CopyFrom(request);
  SHAREWAY_RETURN_IF_ERROR(Fill(filled.get()));
  const bool reads =
      absl::StartsWith(method->name(), "Get") || absl::StartsWith(method->name(), "List") ||
      absl::StartsWith(method->name(), "Search") || absl::StartsWith(method->name(), "Export");
  if (flags.dry_run && !reads &&
      filled->GetDescriptor()->FindFieldByName("validate_only") == nullptr) {
    return UsageError(absl::StrCat(method->name(), " has no dry run"));
  }
  if (method->options().GetExtension(policy).signed_act()) {
    SHAREWAY_RETURN_IF_ERROR(Sign(path, filled.get()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Peer peer, PeerOf(path));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes, Send(peer, path, *filled));
  if (!response->ParseFromString(bytes)) return absl::DataLossError("the answer does not parse");
  return absl::OkStatus();
}

absl::StatusOr<std::string> Session::Send(Peer peer, const std::string& path,
                                          const Message& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel, To(peer));
  return channel->RawUnary(path, request.SerializeAsString(), UnaryOptions());
}

void Session::Append(const Json& page, Json* all) {
  for (const auto& member : page.items()) {
    if (!member.value().is_array()) continue;
    for (const Json& object : member.value()) all->push_back(object);
  }
}

void Session::Print(const Json& value, const Columns& columns) {
  *out << Render(flags.format, value, columns);
}

}  // namespace shareway::cli
