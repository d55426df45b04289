// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/story.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/crypto/hash.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::testing {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;

std::string CatalogMethod(const std::string& m) {
  return "/shareway.catalog.v1.CatalogService/" + m;
}
std::string RequestMethod(const std::string& m) {
  return "/shareway.sharing.v1.RequestService/" + m;
}
std::string GrantMethod(const std::string& m) { return "/shareway.sharing.v1.GrantService/" + m; }
std::string DisputeMethod(const std::string& m) {
  return "/shareway.sharing.v1.DisputeService/" + m;
}
std::string ExchangeMethod(const std::string& m) {
  return "/shareway.exchange.v1.ExchangeService/" + m;
}
std::string DatasetMethod(const std::string& m) {
  return "/shareway.exchange.v1.DatasetService/" + m;
}
std::string AuditMethod(const std::string& m) { return "/shareway.audit.v1.AuditService/" + m; }

namespace {

cat::Item* AddItem(cat::Resource* resource, const std::string& id, const std::string& name,
                   bool key, bool personal) {
  cat::Item* item = resource->add_items();
  item->set_id(id);
  item->set_name(name);
  item->set_type(cat::TEXT);
  item->set_length(100);
  item->set_key(key);
  item->set_required(key);
  item->set_grading(cat::GENERAL);
  item->set_personal(personal);
  return item;
}

cat::Resource Common(const std::string& code, const std::string& title,
                     const std::string& provider) {
  cat::Resource resource;
  resource.set_code(code);
  resource.set_title(title);
  resource.set_provider(provider);
  resource.set_abstract(title + "，测试用虚构数据。");
  resource.set_format(cat::DATABASE);
  resource.set_format_type("csv");
  resource.set_update_cycle(cat::YEARLY);
  resource.set_use_condition("仅限申请载明的用途");
  resource.mutable_assessment()->set_secrecy_cleared(true);
  resource.mutable_assessment()->set_personal_information_assessed(true);
  resource.mutable_assessment()->set_sharing_safety_assessed(true);
  resource.mutable_assessment()->set_document("演示评估〔2026〕1号");
  return resource;
}

}  // namespace

void AddPurposes(cat::Resource* draft) {
  cat::ShareCondition* condition = draft->add_conditions();
  condition->set_id("purposes");
  condition->set_kind(cat::ShareCondition::PURPOSES);
  condition->set_text("限用于行政依据、工作参考、数据校核和业务协同");
  for (const char* purpose : {"ADMINISTRATIVE_BASIS", "WORK_REFERENCE", "DATA_VERIFICATION",
                              "BUSINESS_COLLABORATION"}) {
    condition->add_values(purpose);
  }
}

cat::Resource Divisions(const Cluster& cluster) {
  cat::Resource r = Common("306001/000001", "统计用区划代码", cluster.Agency(kStatistics));
  AddItem(&r, "code", "区划代码", true, false);
  AddItem(&r, "name", "名称", false, false);
  AddItem(&r, "level", "级别", false, false);
  r.set_declared_class(cat::UNCONDITIONAL);
  r.add_methods(ev::QUERY);
  r.add_methods(ev::DOWNLOAD);
  return r;
}

cat::Resource Marriages(const Cluster& cluster) {
  cat::Resource r = Common("306002/000001", "婚姻登记信息", cluster.Agency(kCivil));
  AddItem(&r, "cert_no", "证号", true, false);
  for (const char* id : {"husband", "wife", "id_a", "id_b", "married_on"}) {
    AddItem(&r, id, absl::StrCat("信息项", id), false, true);
  }
  r.set_declared_class(cat::CONDITIONAL);
  cat::ShareCondition* condition = r.add_conditions();
  condition->set_id("c1");
  condition->set_kind(cat::ShareCondition::ITEMS);
  for (const cat::Item& item : r.items()) condition->add_values(item.id());
  condition->set_text("限办理与婚姻状况有关的行政事项");
  AddPurposes(&r);
  r.add_methods(ev::QUERY);
  r.add_methods(ev::DOWNLOAD);
  return r;
}

void KeepItems(int count, cat::Resource* draft) {
  draft->mutable_items()->DeleteSubrange(count, draft->items_size() - count);
  cat::ShareCondition* condition = draft->mutable_conditions(0);
  condition->clear_values();
  for (const cat::Item& item : draft->items()) condition->add_values(item.id());
}

cat::Resource Adoptions(const Cluster& cluster) {
  cat::Resource r = Common("306002/000002", "收养登记信息", cluster.Agency(kCivil));
  AddItem(&r, "cert_no", "证号", true, true);
  r.set_declared_class(cat::NOT_SHARED);
  r.set_not_shared_reason("收养人、送养人要求保守收养秘密");
  cat::Basis* basis = r.add_not_shared_basis();
  basis->set_level(cat::LAW);
  basis->set_title("中华人民共和国民法典");
  basis->set_article("第一千一百一十条");
  return r;
}

absl::StatusOr<cat::Resource> Publish(Cluster& cluster, const std::string& alias,
                                      const cat::Resource& draft, const std::string& bureau) {
  cat::CreateResourceRequest create;
  *create.mutable_resource() = draft;
  auto resource = cluster.Call<cat::Resource>(alias + "-editor", "catalog",
                                              CatalogMethod("CreateResource"), create);
  if (!resource.ok()) return resource;
  return PublishRevision(cluster, alias, *resource, bureau);
}

absl::StatusOr<cat::Resource> PublishRevision(Cluster& cluster, const std::string& alias,
                                              const cat::Resource& drafted,
                                              const std::string& bureau) {
  cat::SubmitResourceRequest submit;
  submit.set_name(drafted.name());
  submit.set_etag(drafted.etag());
  auto resource = cluster.Call<cat::Resource>(alias + "-editor", "catalog",
                                         CatalogMethod("SubmitResource"), submit);
  if (!resource.ok()) return resource;
  cat::ApproveResourceRequest approve;
  approve.set_name(resource->name());
  approve.set_etag(resource->etag());
  resource = cluster.Act<cat::Resource>(alias + "-head", "catalog",
                                        CatalogMethod("ApproveResource"), approve);
  if (!resource.ok()) return resource;
  cat::PublishResourceRequest publish;
  publish.set_name(resource->name());
  publish.set_etag(resource->etag());
  return cluster.Act<cat::Resource>(bureau + "-officer", "catalog",
                                    CatalogMethod("PublishResource"), publish);
}

absl::StatusOr<ex::DatasetVersion> Load(Cluster& cluster, const std::string& alias,
                                        const std::string& resource, const std::string& csv, const std::string& process) {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(60);
  auto stream = cluster.Channel(alias + "-system", process.empty() ? alias + "-node" : process)
                    ->ClientStream<ex::LoadRequest, ex::DatasetVersion>(DatasetMethod("Load"),
                                                                        options);
  ex::LoadRequest part;
  part.mutable_header()->set_resource(resource);
  part.mutable_header()->set_format(ex::CSV);
  stream.Write(part);
  for (size_t at = 0; at < csv.size(); at += 256 << 10) {
    part.set_data(csv.substr(at, 256 << 10));
    if (!stream.Write(part)) return stream.Finish();
  }
  part.set_digest(crypto::Sha256(csv).str());
  stream.Write(part);
  return stream.Finish();
}

sh::CreateRequestRequest Ask(const std::string& resource, const std::vector<std::string>& items) {
  sh::CreateRequestRequest ask;
  sh::SharingRequest* request = ask.mutable_request();
  request->set_resource(resource);
  request->set_legal_basis("《演示市税务征管办法》第三条");
  request->set_scenario("核定演示税种时核对登记信息");
  for (const std::string& item : items) request->mutable_scope()->add_items(item);
  request->mutable_scope()->add_purposes(ev::ADMINISTRATIVE_BASIS);
  request->mutable_scope()->add_methods(ev::QUERY);
  request->mutable_scope()->add_methods(ev::DOWNLOAD);
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  request->mutable_scope()->set_start_date(absl::FormatTime("%Y-%m-%d", absl::Now(), zone));
  request->mutable_scope()->set_end_date(
      absl::FormatTime("%Y-%m-%d", absl::Now() + absl::Hours(24 * 300), zone));
  return ask;
}

absl::StatusOr<sh::SharingRequest> SubmitRequest(Cluster& cluster, const std::string& consumer,
                                                 const sh::CreateRequestRequest& ask) {
  auto request = cluster.Call<sh::SharingRequest>(consumer + "-applicant", "sharing",
                                                  RequestMethod("CreateRequest"), ask);
  if (!request.ok()) return request;
  sh::SignOffRequestRequest sign;
  sign.set_name(request->name());
  sign.set_etag(request->etag());
  request = cluster.Act<sh::SharingRequest>(consumer + "-sharing-head", "sharing",
                                            RequestMethod("SignOffRequest"), sign);
  if (!request.ok()) return request;
  sh::SubmitRequestRequest submit;
  submit.set_name(request->name());
  submit.set_etag(request->etag());
  return cluster.Call<sh::SharingRequest>(consumer + "-applicant", "sharing",
                                          RequestMethod("SubmitRequest"), submit);
}

absl::StatusOr<sh::SharingRequest> Decide(Cluster& cluster, const std::string& provider,
                                          const sh::SharingRequest& request,
                                          const sh::Decision& decision) {
  sh::DecideRequestRequest decide;
  decide.set_name(request.name());
  decide.set_etag(request.etag());
  *decide.mutable_decision() = decision;
  auto decided = cluster.Act<sh::SharingRequest>(provider + "-reviewer", "sharing",
                                                 RequestMethod("DecideRequest"), decide);
  if (!decided.ok()) return decided;
  sh::SignOffDecisionRequest sign;
  sign.set_name(decided->name());
  sign.set_etag(decided->etag());
  auto approved = cluster.Act<sh::SharingRequest>(provider + "-sharing-head", "sharing",
                                                  RequestMethod("SignOffDecision"), sign);
  if (!approved.ok() || approved->grant().empty()) return approved;
  sh::GetGrantRequest get;
  get.set_name(approved->grant());
  const auto grant = cluster.Call<sh::Grant>(provider + "-sharing-head", "sharing",
                                             GrantMethod("GetGrant"), get);
  if (!grant.ok()) return grant.status();
  if (grant->state() != sh::Grant::PENDING_TERMS) return approved;
  sh::AcceptTermsRequest accept;
  accept.set_name(approved->grant());
  const auto accepted = cluster.Act<sh::Grant>(kTax + std::string("-sharing-head"), "sharing",
                                               GrantMethod("AcceptTerms"), accept);
  if (!accepted.ok()) return accepted.status();
  return approved;
}

ex::QueryRequest QueryBy(const std::string& grant, const std::string& item,
                         const std::string& value) {
  ex::QueryRequest query;
  query.set_grant(grant);
  query.set_operator_("T-0001");
  query.set_case_number("演示2026-000123");
  ev::Condition* where = query.mutable_query()->add_where();
  where->set_item(item);
  where->set_operator_(ev::Condition::EQUALS);
  where->set_value(value);
  return query;
}

absl::StatusOr<ex::QueryResponse> Query(Cluster& cluster, const std::string& consumer,
                                        const ex::QueryRequest& query) {
  return cluster.Call<ex::QueryResponse>(consumer + "-system", consumer + "-node",
                                         ExchangeMethod("Query"), query);
}

absl::StatusOr<ex::QueryResponse> QueryWhenKnown(Cluster& cluster, const std::string& consumer,
                                                 const ex::QueryRequest& query,
                                                 absl::Duration limit) {
  const absl::Time end = absl::Now() + limit;
  for (;;) {
    auto answer = Query(cluster, consumer, query);
    const Reason reason = ReasonOf(answer.status());
    const bool later = reason == Reason::kGrantUnknown || reason == Reason::kGrantOutdated ||
                       reason == Reason::kTermsNotAccepted ||
                       reason == Reason::kLeaseStale || reason == Reason::kNotReady ||
                       reason == Reason::kDatasetMissing || absl::IsUnavailable(answer.status());
    if (answer.ok() || !later || absl::Now() > end) return answer;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace shareway::testing
