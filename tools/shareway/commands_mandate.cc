// SPDX-License-Identifier: Apache-2.0
// shareway mandate: whom outside supervisors may look at, from when to when.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

struct MandateArgs {
  std::string name, number, document, issuer, from, to, reason;
  std::vector<std::string> supervisors, agencies;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.DirectoryService/", method);
}

absl::Status Put(Session* session, const MandateArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string document, ReadInput(args.document));
  pb::PutMandateRequest request;
  pb::Mandate* const mandate = request.mutable_mandate();
  mandate->set_name(FullName("mandates", args.name));
  mandate->set_document_number(args.number);
  mandate->set_document_digest(crypto::Sha256(document).str());
  mandate->set_issuer(args.issuer);
  for (const std::string& person : args.supervisors) {
    mandate->add_supervisors(FullName("people", person));
  }
  for (const std::string& agency : args.agencies) {
    mandate->add_agencies(FullName("agencies", agency));
  }
  mandate->set_start_date(args.from);
  mandate->set_end_date(args.to);
  return session->Show<pb::Mandate>(Path("PutMandate"), request);
}

absl::Status End(Session* session, const MandateArgs& args) {
  pb::EndMandateRequest request;
  request.set_name(FullName("mandates", args.name));
  request.set_reason(args.reason);
  return session->Show<pb::Mandate>(Path("EndMandate"), request);
}

absl::Status Get(Session* session, const MandateArgs& args) {
  pb::GetMandateRequest request;
  request.set_name(FullName("mandates", args.name));
  return session->Show<pb::Mandate>(Path("GetMandate"), request);
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json mandates,
      session->List<pb::ListMandatesResponse>(Path("ListMandates"), pb::ListMandatesRequest()));
  session->Print(mandates, {{"NAME", "name"},
                            {"DOCUMENT", "documentNumber"},
                            {"ISSUER", "issuer"},
                            {"FROM", "startDate"},
                            {"TO", "endDate"},
                            {"ENDED", "endedTime"}});
  return absl::OkStatus();
}

}  // namespace

void AddMandateCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "mandate", "Mandates of outside supervisors");
  auto args = std::make_shared<MandateArgs>();
  CLI::App* put = Verb(noun, session, "put", "Register a mandate, as a signed act of the authority",
                       [=] { return Put(session, *args); });
  put->add_option("NAME", args->name, "mandates/{m} or {m}")->required();
  put->add_option("--number", args->number, "The document's number")->required();
  put->add_option("--document", args->document, "The document: its SHA-256 is registered")
      ->required();
  put->add_option("--issuer", args->issuer, "The body that issued it")->required();
  Repeated(put, "--supervisor", &args->supervisors, "people/{p} or {p}, who may read", true)
      ->required();
  Repeated(put, "--agency", &args->agencies, "agencies/{a} or {a}, whose objects", true)
      ->required();
  put->add_option("--from", args->from, "The first day, YYYY-MM-DD")->required();
  put->add_option("--to", args->to, "The last day, within it; 366 days at most")->required();
  CLI::App* end = Verb(noun, session, "end", "End a mandate at once and for good",
                       [=] { return End(session, *args); });
  end->add_option("NAME", args->name, "mandates/{m} or {m}")->required();
  end->add_option("--reason", args->reason, "Why")->required();
  Verb(noun, session, "get", "One mandate", [=] { return Get(session, *args); })
      ->add_option("NAME", args->name, "mandates/{m} or {m}")
      ->required();
  Verb(noun, session, "list", "The mandates that you may see", [=] { return List(session); });
}

}  // namespace shareway::cli
