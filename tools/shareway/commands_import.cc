// SPDX-License-Identifier: Apache-2.0
// shareway catalog import, export and what belongs to them: files of entries by the service's own
// import and export.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/import_file.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

constexpr size_t kPart = 256 << 10;
// Between two looks at an import: the first, and the longest.
constexpr int kFirstWaitMs = 50;
constexpr int kLongestWaitMs = 2000;
// Looks in a row that get no answer before waiting is given up; a restart of the service takes
// less.
constexpr int kPatience = 30;
constexpr int kRowPage = 500;

struct ImportArgs {
  std::string file, name, format = "auto", provider, category, division;
  std::vector<std::string> names;
  size_t limit = 0;
  bool valid_entries = false, replace = false, no_wait = false, submit = false;
  bool wait = false, refused = false, drafts = false;

  std::string full_name() const { return FullName("imports", name); }
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

const Columns& ImportColumns() {
  static const Columns& columns = *new Columns{{"NAME", "name"},
                                               {"FILE", "fileName"},
                                               {"STATE", "state"},
                                               {"ENTRIES", "entries"},
                                               {"CREATED", "created"},
                                               {"UPDATED", "updated"},
                                               {"REFUSED", "refused"},
                                               {"BEGUN", "createTime"}};
  return columns;
}

// JSON leaves zeros out, which is no good where they are the news.
Json WithCounts(const pb::Import& import) {
  Json json = ToJson(import);
  for (const auto& [member, count] :
       {std::pair{"entries", import.entries()}, std::pair{"created", import.created()},
        std::pair{"updated", import.updated()}, std::pair{"refused", import.refused()}}) {
    json[member] = count;
  }
  return json;
}

bool Over(const pb::Import& import) {
  return import.state() == pb::Import::DONE || import.state() == pb::Import::REFUSED ||
         import.state() == pb::Import::CANCELLED;
}

// From when the service may have the file on, `interrupt` is there.
absl::StatusOr<pb::Import> Upload(Session* session, const ImportArgs& args,
                                  std::optional<Interrupt>* interrupt) {
  std::ifstream file(args.file == "-" ? "/dev/stdin" : args.file, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", args.file));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ClientStream<pb::ImportResourcesRequest, pb::Import>(
      Path("ImportResources"), session->StreamOptions());
  pb::ImportResourcesRequest head;
  head.set_request_id(session->flags.request_id);
  pb::Import* const asked = head.mutable_import();
  if (args.file != "-") asked->set_file_name(args.file.substr(args.file.rfind('/') + 1));
  asked->set_format(FormatNamed(args.format));
  asked->set_mode(args.valid_entries ? pb::Import::VALID_ENTRIES : pb::Import::ALL_OR_NOTHING);
  asked->set_dry_run(session->flags.dry_run);
  asked->set_replace(args.replace);
  bool wanted = stream.Write(head);
  const bool progress = isatty(STDERR_FILENO) != 0;
  uint64_t sent = 0;
  std::string part(kPart, '\0');
  while (wanted && file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto got = static_cast<size_t>(file.gcount());
    if (got == 0) break;
    pb::ImportResourcesRequest data;
    data.set_data(part.substr(0, got));
    wanted = stream.Write(data);
    sent += got;
    if (progress) fprintf(stderr, "\r%llu KiB", static_cast<unsigned long long>(sent >> 10));
  }
  if (progress) fprintf(stderr, "\n");
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read ", args.file));
  // An import that a person hears nothing of would go on alone.
  interrupt->emplace();
  return stream.Finish();
}

// How to come back to an import that goes on without us.
std::string GoOn(const pb::Import& import, bool submit) {
  return absl::StrCat(import.name(), " goes on in the service.\n  How it ends: shareway catalog ",
                      "show-import ", import.name(), " --wait", submit ? " --submit" : "",
                      "\n  To end it: shareway catalog cancel-import ", import.name(), "\n");
}

// Looks at it until it is over, and tells a terminal how far it is; why it stands still, if it does, is
// told everywhere, once. FailedQuietly if a person wants
// to wait no more; UNAVAILABLE after kPatience looks without an answer.
absl::StatusOr<pb::Import> Wait(Session* session, const Interrupt& interrupt, pb::Import import,
                                bool submit) {
  const bool progress = isatty(STDERR_FILENO) != 0;
  pb::GetImportRequest get;
  get.set_name(import.name());
  int wait = kFirstWaitMs;
  int unheard = 0;
  std::string told, still;
  while (true) {
    if (!Over(import) && import.message() != still) {
      still = import.message();
      if (!still.empty()) {
        *session->err << import.name() << ": " << CellText(still) << std::endl;
      }
    }
    const std::string now = absl::StrCat(
        import.name(), " ", pb::Import::State_Name(import.state()), ": ", import.entries(),
        " entries checked, ", import.created() + import.updated(),
        import.state() == pb::Import::CHECKING ? " pass, " : " written, ", import.refused(),
        " refused");
    if (progress && now != told) *session->err << now << std::endl;
    told = now;
    if (Over(import)) return import;
    if (!interrupt.Sleep(wait)) {
      *session->err << GoOn(import, submit) << std::flush;
      return FailedQuietly();
    }
    wait = std::min(wait * 3 / 2, kLongestWaitMs);
    absl::StatusOr<pb::Import> next = session->Call<pb::Import>(Path("GetImport"), get);
    if (next.ok()) {
      unheard = 0;
      import = *std::move(next);
    } else if (!absl::IsUnavailable(next.status()) || ++unheard == kPatience) {
      *session->err << GoOn(import, submit) << std::flush;
      return next.status();
    }
  }
}

absl::StatusOr<std::vector<pb::ImportRow>> RowsOf(Session* session, const std::string& name,
                                                  bool refused) {
  pb::ListImportRowsRequest list;
  list.set_name(name);
  list.set_page_size(kRowPage);
  list.set_refused_only(refused);
  std::vector<pb::ImportRow> rows;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const pb::ListImportRowsResponse page,
        session->Call<pb::ListImportRowsResponse>(Path("ListImportRows"), list));
    rows.insert(rows.end(), page.rows().begin(), page.rows().end());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return rows;
}

// Sends each entry that was written to the department head. One that is refused stops no other.
absl::StatusOr<Json> SubmitAll(Session* session, const pb::Import& import) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<pb::ImportRow> rows,
                            RowsOf(session, import.name(), false));
  Json submitted = Json::array();
  for (const pb::ImportRow& row : rows) {
    if (row.result() != pb::ImportRow::CREATED && row.result() != pb::ImportRow::UPDATED) continue;
    pb::SubmitResourceRequest submit;
    submit.set_name(row.resource());
    session->request_id_suffix = absl::StrCat("-", row.number(), "s");
    const absl::Status status =
        session->Call<pb::Resource>(Path("SubmitResource"), submit).status();
    Json result = {{"name", row.resource()}, {"result", status.ok() ? "ok" : "failed"}};
    if (!status.ok()) {
      const auto details = DetailsOf(status);
      result["reason"] = details ? std::string(ReasonName(details->reason))
                                 : absl::StatusCodeToString(status.code());
      result["message"] = std::string(status.message());
    }
    submitted.push_back(std::move(result));
  }
  session->request_id_suffix.clear();
  return submitted;
}

// Tells what became of an import that is over, and submits what it wrote if that is wanted. Fails
// if anything was refused.
absl::Status Conclude(Session* session, const pb::Import& import, bool submit) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<pb::ImportRow> refused,
                            RowsOf(session, import.name(), true));
  Json told = WithCounts(import);
  bool failed = import.state() != pb::Import::DONE || import.refused() > 0;
  Json submitted = Json::array();
  if (submit && import.state() == pb::Import::DONE && !import.dry_run()) {
    SHAREWAY_ASSIGN_OR_RETURN(submitted, SubmitAll(session, import));
  }
  const auto rejected = [](const Json& one) { return one["result"] != "ok"; };
  failed = failed || std::any_of(submitted.begin(), submitted.end(), rejected);
  if (session->flags.format == Format::kTable) {
    for (const pb::ImportRow& row : refused) {
      for (const pb::ImportFault& fault : row.faults()) *session->out << FaultLine(fault) << "\n";
    }
    if (!import.message().empty()) *session->out << CellText(import.message()) << "\n";
    for (const Json& one : submitted) {
      if (!rejected(one)) continue;
      *session->out << one["name"].get<std::string>() << " is not submitted: "
                    << one["reason"].get<std::string>() << ": " << CellText(one["message"]) << "\n";
    }
    session->Print(Json::array({told}), ImportColumns());
  } else {
    told["refusedRows"] = Json::array();
    for (const pb::ImportRow& row : refused) told["refusedRows"].push_back(ToJson(row));
    if (submit) told["submitted"] = submitted;
    session->Print(told);
  }
  return failed ? FailedQuietly() : absl::OkStatus();
}

absl::Status Import(Session* session, const ImportArgs& args) {
  if (args.submit && args.no_wait) return UsageError("--submit has to wait; leave --no-wait out");
  std::optional<Interrupt> interrupt;
  SHAREWAY_ASSIGN_OR_RETURN(const pb::Import begun, Upload(session, args, &interrupt));
  if (args.no_wait) {
    session->Print(WithCounts(begun));
    *session->err << GoOn(begun, false);
    return absl::OkStatus();
  }
  SHAREWAY_ASSIGN_OR_RETURN(const pb::Import ended,
                            Wait(session, *interrupt, begun, args.submit));
  interrupt.reset();
  return Conclude(session, ended, args.submit);
}

absl::Status ShowImport(Session* session, const ImportArgs& args) {
  if (args.submit && !args.wait) return UsageError("--submit wants --wait, too");
  if (args.submit && session->flags.dry_run) return UsageError("--submit has no dry run here");
  pb::GetImportRequest get;
  get.set_name(args.full_name());
  SHAREWAY_ASSIGN_OR_RETURN(const pb::Import import,
                            session->Call<pb::Import>(Path("GetImport"), get));
  if (!args.wait) {
    session->Print(WithCounts(import));
    return absl::OkStatus();
  }
  std::optional<Interrupt> interrupt(std::in_place);
  SHAREWAY_ASSIGN_OR_RETURN(const pb::Import ended,
                            Wait(session, *interrupt, import, args.submit));
  interrupt.reset();
  return Conclude(session, ended, args.submit);
}

absl::Status List(Session* session, const ImportArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json imports, session->List<pb::ListImportsResponse>(
                              Path("ListImports"), pb::ListImportsRequest(), args.limit));
  session->Print(imports, ImportColumns());
  return absl::OkStatus();
}

absl::Status Rows(Session* session, const ImportArgs& args) {
  pb::ListImportRowsRequest list;
  list.set_name(args.full_name());
  list.set_refused_only(args.refused);
  SHAREWAY_ASSIGN_OR_RETURN(Json rows, session->List<pb::ListImportRowsResponse>(
                                           Path("ListImportRows"), list, args.limit));
  if (session->flags.format == Format::kTable) {
    for (Json& row : rows) {
      std::vector<std::string> lines;
      for (const Json& fault : row.value("faults", Json::array())) {
        pb::ImportFault one;
        SHAREWAY_RETURN_IF_ERROR(FromJson(fault.dump(), &one));
        lines.push_back(FaultLine(one));
      }
      row["told"] = absl::StrJoin(lines, "; ");
    }
  }
  session->Print(rows, {{"NUMBER", "number"},
                        {"SHEET", "sheet"},
                        {"ROW", "firstRow"},
                        {"CODE", "code"},
                        {"RESULT", "result"},
                        {"RESOURCE", "resource"},
                        {"FAULTS", "told"}});
  return absl::OkStatus();
}

absl::Status Cancel(Session* session, const ImportArgs& args) {
  pb::CancelImportRequest cancel;
  cancel.set_name(args.full_name());
  return session->Show<pb::Import>(Path("CancelImport"), cancel);
}

// A file is there whole, or not at all. To standard output goes what comes; a reader of it learns
// from the exit code whether that was all.
absl::Status Export(Session* session, const ImportArgs& args) {
  if (session->flags.dry_run) return UsageError("ExportResources has no dry run");
  const bool to_output = args.file == "-";
  pb::ExportResourcesRequest request;
  if (args.format != "auto") {
    request.set_format(FormatNamed(args.format));
  } else {
    request.set_format(to_output ? pb::ENTRIES_JSON : FormatOfFile(args.file));
  }
  if (request.format() == pb::FILE_FORMAT_UNSPECIFIED) {
    return UsageError(absl::StrCat("the name ", args.file, " tells no format; give --format"));
  }
  if (!args.provider.empty()) request.set_provider(FullName("agencies", args.provider));
  request.set_category(args.category);
  request.set_division(args.division);
  request.set_drafts(args.drafts);
  for (const std::string& name : args.names) request.add_names(FullName("resources", name));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  auto stream = channel->ServerStream<pb::ExportResourcesResponse>(
      Path("ExportResources"), request, session->StreamOptions());
  const auto read = [&stream] { return stream.Read(); };
  if (to_output) {
    return TakeExport(read, [session](absl::string_view bytes) {
             *session->out << bytes << std::flush;
             return session->out->good() ? absl::OkStatus()
                                         : absl::DataLossError("standard output takes no more");
           })
        .status();
  }
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.file));
  SHAREWAY_ASSIGN_OR_RETURN(
      const pb::ExportResourcesResponse whole,
      TakeExport(read, [&file](absl::string_view bytes) { return file.Write(bytes); }));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print({{"file", args.file},
                  {"format", pb::FileFormat_Name(request.format())},
                  {"entries", whole.entries()}});
  return absl::OkStatus();
}

void AddExportVerb(CLI::App* noun, Session* session, const std::shared_ptr<ImportArgs>& args) {
  CLI::App* verb = Verb(noun, session, "export", "Write entries to a file, whole or not at all",
                        [=] { return Export(session, *args); });
  verb->add_option("FILE", args->file, "The file; - is standard output")->required();
  verb->add_option("--format", args->format,
                   "xlsx, csv, gb18030, json or dcat; without: by the name's .xlsx, .csv, .json or "
                   ".jsonld")
      ->check(CLI::IsMember({"auto", "xlsx", "csv", "gb18030", "json", "dcat"}));
  verb->add_option("--provider", args->provider, "Only this agency's");
  verb->add_option("--category", args->category, "Only codes that start so");
  verb->add_option("--division", args->division, "Only division codes that start so");
  verb->add_flag("--drafts", args->drafts, "The drafts of your agency, too");
  Repeated(verb, "--resource", &args->names, "Only these: resources/{r}, {r} or the code", true);
}

}  // namespace

void AddImportVerbs(CLI::App* catalog, Session* session) {
  auto args = std::make_shared<ImportArgs>();
  CLI::App* import = Verb(catalog, session, "import",
                          "Draft each entry of a file; exit 1 if any is refused",
                          [=] { return Import(session, *args); });
  import->add_option("FILE", args->file, "The file; - is standard input")->required();
  import->add_option("--format", args->format, "xlsx, csv, gb18030 or json; without: found out")
      ->check(CLI::IsMember({"auto", "xlsx", "csv", "gb18030", "json"}));
  import->add_flag("--valid-entries", args->valid_entries,
                   "Write those that pass; without: all or nothing");
  import->add_flag("--replace", args->replace, "Replace drafts, and revise what is published");
  import->add_flag("--no-wait", args->no_wait, "Do not wait until it is over");
  import->add_flag("--submit", args->submit, "Submit each as well");

  const auto named = [=](const char* verb, const char* help, auto run) {
    CLI::App* added = Verb(catalog, session, verb, help, [=] { return run(session, *args); });
    added->add_option("IMPORT", args->name, "imports/{i} or {i}")->required();
    return added;
  };
  CLI::App* show = named("show-import", "How far an import is", ShowImport);
  show->add_flag("--wait", args->wait, "Until it is over; exit 1 if anything was refused");
  show->add_flag("--submit", args->submit, "Submit each entry that it wrote, as well");
  CLI::App* rows = named("import-rows", "What became of each entry of a file", Rows);
  rows->add_flag("--refused", args->refused, "Only those that were refused");
  named("cancel-import", "End an import; what it wrote stays", Cancel);
  CLI::App* list = Verb(catalog, session, "imports", "Your agency's imports of files, newest first",
                        [=] { return List(session, *args); });
  for (CLI::App* verb : {list, rows}) {
    verb->add_option("--limit,--page-size", args->limit, "At most so many");
  }
  AddExportVerb(catalog, session, args);
}

}  // namespace shareway::cli
