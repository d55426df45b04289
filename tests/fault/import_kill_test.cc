// SPDX-License-Identifier: Apache-2.0
// SIGKILL of the catalogue at any moment of an import, while the file comes, while it is checked and
// while entries are written: each row ends as one whole entry or says why it is none, and the audit
// log has each entry once.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "google/protobuf/util/message_differencer.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/store/resource_message.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace ev = evidence::v1;
namespace files = catalog::files;
using google::protobuf::util::MessageDifferencer;

const int kKills = Rounds(6, 200);
constexpr int kEntries = 300;    // of a file; a step checks 200 of them
constexpr int kBadEvery = 10;    // of them one that breaks a rule
constexpr size_t kPart = 8'192;  // bytes of a message
constexpr absl::Duration kRecovery = absl::Minutes(1);
constexpr char kEditor[] = "statistics-editor";

// Where in an import a kill is aimed at; the process may be further by then.
enum class Aim { kUpload, kCheck, kWriting };
constexpr const char* kAims[] = {"the file comes", "it is checked", "entries are written"};

bool Bad(int n) { return n % kBadEvery == 0; }

bool Over(const cat::Import& import) {
  return import.state() != cat::Import::CHECKING && import.state() != cat::Import::WRITING;
}

// What of an entry its compiler wrote.
cat::Resource Written(const cat::Resource& resource) {
  return ToMessage("", catalog::Resource::Published{.entry = catalog::EntryFrom(resource)});
}

// A file that was sent, or is to be.
struct Sent {
  std::string id = {};    // of the request
  std::string text = {};  // the file's
  std::vector<cat::Resource> entries = {};
  std::string name = {};  // imports/{i}, once the catalogue said so
};

class Importing {
 public:
  Importing() : cluster(OptionsOf()), folder(cluster.StoreOf("catalog") + ".imports") {
    draft_ = Divisions(cluster);
  }

  // The next file: codes of its own, JSON and CSV in turn.
  Sent Next() {
    Sent sent = {.id = absl::StrCat("import-", ++files_)};
    const std::string path = cluster.dir() / "sent";
    const auto writer =
        files::Create(path, files_ % 2 == 0 ? files::Format::kJson : files::Format::kCsv).value();
    for (int n = 1; n <= kEntries; ++n) {
      cat::Resource entry = draft_;
      entry.set_code(absl::StrCat("306001/", 100'000 + files_ * 1'000 + n));
      entry.set_title(absl::StrCat("统计用区划代码", files_, "之", n));
      if (Bad(n)) entry.clear_abstract();
      REQUIRE(writer->Add({.entry = catalog::EntryFrom(entry)}).ok());
      sent.entries.push_back(std::move(entry));
    }
    REQUIRE(writer->Finish().ok());
    std::ifstream file(path, std::ios::binary);
    sent.text = {std::istreambuf_iterator<char>(file), {}};
    return sent;
  }

  // Sends the file. The catalogue is killed after so many messages; if these are all, `later` after the
  // last, while it begins the import.
  absl::StatusOr<cat::Import> Send(const Sent& sent, size_t kill_after = ~size_t{0},
                                   absl::Duration later = {}) {
    rpc::CallOptions options;
    options.timeout = absl::Seconds(30);
    auto stream =
        cluster.Channel(kEditor, "catalog")
            ->ClientStream<cat::ImportResourcesRequest, cat::Import>(
                CatalogMethod("ImportResources"), options);
    cat::ImportResourcesRequest part;
    part.mutable_import()->set_file_name("entries");
    part.mutable_import()->set_mode(cat::Import::VALID_ENTRIES);
    part.set_request_id(sent.id);
    size_t messages = 0;
    for (size_t at = 0; at < sent.text.size(); at += kPart, part.Clear()) {
      if (messages++ == kill_after) cluster.Kill("catalog");
      part.set_data(sent.text.substr(at, kPart));
      if (!stream.Write(part)) break;
    }
    std::thread killer;
    if (messages == kill_after) {
      killer = std::thread([&] {
        absl::SleepFor(later);
        cluster.Kill("catalog");
      });
    }
    const auto begun = stream.Finish();
    if (killer.joinable()) killer.join();
    return begun;
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request) {
    return AskUntilOk([&] {
      return cluster.Call<Response>(kEditor, "catalog", CatalogMethod(method), request);
    });
  }

  cat::Import Get(const std::string& name) {
    cat::GetImportRequest get;
    get.set_name(name);
    const auto import = Ask<cat::Import>("GetImport", get);
    INFO(import.status());
    REQUIRE(import.ok());
    return *import;
  }

  // Rows that have a result now, by number.
  std::map<uint32_t, cat::ImportRow> RowsOf(const std::string& name) {
    std::map<uint32_t, cat::ImportRow> rows;
    cat::ListImportRowsRequest list;
    list.set_name(name);
    list.set_page_size(1000);
    do {
      const auto page = Ask<cat::ListImportRowsResponse>("ListImportRows", list);
      INFO(page.status());
      REQUIRE(page.ok());
      for (const cat::ImportRow& row : page->rows()) {
        CHECK(rows.emplace(row.number(), row).second);
      }
      list.set_page_token(page->next_page_token());
    } while (!list.page_token().empty());
    return rows;
  }

  // The entries of the editor's agency, drafts too, by code; those of one file with its first code.
  std::map<std::string, cat::Resource> Entries() {
    std::map<std::string, cat::Resource> entries;
    cat::ListResourcesRequest list;
    list.set_provider(cluster.Agency(kStatistics));
    list.set_page_size(1000);
    do {
      const auto page = Ask<cat::ListResourcesResponse>("ListResources", list);
      INFO(page.status());
      REQUIRE(page.ok());
      for (const cat::Resource& entry : page->resources()) {
        CHECK(entries.emplace(entry.code(), entry).second);
      }
      list.set_page_token(page->next_page_token());
    } while (!list.page_token().empty());
    return entries;
  }

  // Nothing if the rows and entries that are there now fit to what was sent, else the first fault.
  // Rows first: what they tell stays.
  std::string Fault(const Sent& sent) {
    const std::map<uint32_t, cat::ImportRow> rows = RowsOf(sent.name);
    const std::map<std::string, cat::Resource> entries = Entries();
    for (int n = 1; n <= kEntries; ++n) {
      const cat::Resource& wanted = sent.entries[static_cast<size_t>(n) - 1];
      const auto entry = entries.find(wanted.code());
      const auto row = rows.find(static_cast<uint32_t>(n));
      const std::string where = absl::StrCat("row ", n, ", ", wanted.code(), ": ");
      if (entry != entries.end()) {
        if (Bad(n)) return where + "was written though it breaks a rule";
        if (!MessageDifferencer::Equals(Written(wanted), Written(entry->second))) {
          return where + "is not what was sent";
        }
      }
      if (row == rows.end()) continue;  // not yet
      if (row->second.code() != wanted.code()) return where + "has another code in its row";
      const cat::ImportRow::Result result = row->second.result();
      if (result != (Bad(n) ? cat::ImportRow::ENTRY_REFUSED : cat::ImportRow::CREATED)) {
        return absl::StrCat(where, "ended as ", cat::ImportRow::Result_Name(result), ": ",
                            row->second.ShortDebugString());
      }
      if (result == cat::ImportRow::ENTRY_REFUSED && row->second.faults().empty()) {
        return where + "was refused without a word";
      }
      if (result == cat::ImportRow::CREATED &&
          (entry == entries.end() || entry->second.name() != row->second.resource())) {
        return where + "was created by its row, and is not there";
      }
    }
    return "";
  }

  // The same once the import is over: nothing is left open.
  std::string FaultOfEnd(const Sent& sent) {
    const cat::Import import = Get(sent.name);
    const uint64_t bad = kEntries / kBadEvery;
    if (import.state() != cat::Import::DONE || import.entries() != kEntries ||
        import.created() != kEntries - bad || import.refused() != bad || import.updated() != 0) {
      return import.ShortDebugString();
    }
    if (const size_t rows = RowsOf(sent.name).size(); rows != kEntries) {
      return absl::StrCat(rows, " rows at the end");
    }
    return Fault(sent);
  }

  // Names of all imports that the catalogue tells of.
  std::set<std::string> Imports() {
    std::set<std::string> names;
    cat::ListImportsRequest list;
    list.set_page_size(1000);
    const auto page = Ask<cat::ListImportsResponse>("ListImports", list);
    INFO(page.status());
    REQUIRE(page.ok());
    CHECK(page->next_page_token().empty());
    for (const cat::Import& import : page->imports()) names.insert(import.name());
    return names;
  }

  Cluster cluster;
  const std::string folder;

 private:
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {};
    return options;
  }

  cat::Resource draft_;
  int files_ = 0;
};

// Kills the catalogue somewhere in the import, where the aim is, and starts it again. An upload that was
// cut is sent again, as a client does. False if the import was over before.
bool KillIn(Importing& world, Sent* sent, Aim aim, std::mt19937* random) {
  const auto upto = [random](size_t most) {
    return std::uniform_int_distribution<size_t>(0, most)(*random);
  };
  if (sent->name.empty()) {
    const size_t parts = (sent->text.size() + kPart - 1) / kPart;
    // One in four as the import begins.
    const size_t messages = upto(3) == 0 ? parts : upto(parts - 1);
    const auto begun = aim == Aim::kUpload
                           ? world.Send(*sent, messages, absl::Microseconds(upto(8'000)))
                           : world.Send(*sent);
    if (aim != Aim::kUpload) {
      INFO(begun.status());
      REQUIRE(begun.ok());
      sent->name = begun->name();
    }
  }
  if (aim == Aim::kCheck) {
    absl::SleepFor(absl::Microseconds(upto(60'000)));
  } else if (aim == Aim::kWriting) {
    const size_t written = upto(kEntries - kEntries / kBadEvery - 1);
    const cat::Import import = AskUntil(
        [&] { return world.Get(sent->name); },
        [&](const cat::Import& now) { return Over(now) || now.created() >= written; }, kRecovery);
    if (Over(import)) return false;
    absl::SleepFor(absl::Microseconds(upto(5'000)));
  }
  world.cluster.Kill("catalog");
  world.cluster.Start("catalog");
  world.cluster.AwaitReady("catalog", kRecovery);
  if (aim == Aim::kUpload) {
    const auto again = AskUntilOk([&] { return world.Send(*sent); });
    INFO(again.status());
    REQUIRE(again.ok());
    sent->name = again->name();
  }
  return true;
}

// The audit records of the kind, with what they have as the changed entry or import, by object.
std::map<std::string, std::vector<std::string>> RecordsOf(Cluster& cluster, ev::RecordKind kind) {
  std::map<std::string, std::vector<std::string>> states;
  audit::v1::SearchEntriesRequest search;
  search.set_agency(cluster.Agency(kStatistics));
  search.set_kind(kind);
  REQUIRE(VisitRecords(cluster, search, [&](const evidence::AuditRecord& record) {
    states[record.object()].push_back(record.state());
  }));
  return states;
}

TEST_CASE("A catalogue killed at any moment of an import loses no row, halves none and doubles none",
          "[fault]") {
  const unsigned seed = DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  std::mt19937 random(seed);
  Importing world;
  std::vector<Sent> all;
  int hits[3] = {};
  for (int kill = 0; kill < kKills;) {
    // A file is killed up to three times: at most once as it comes, then where chance has it.
    Sent sent = world.Next();
    const auto first = static_cast<Aim>(all.size() % 3);
    for (int of_file = 0; of_file < 3 && kill < kKills; ++of_file) {
      const Aim aim = of_file == 0 ? first
                                   : (random() % 2 == 0 ? Aim::kCheck : Aim::kWriting);
      INFO("kill " << kill << " of file " << sent.id << " while " << kAims[static_cast<int>(aim)]);
      if (!KillIn(world, &sent, aim, &random)) break;
      ++hits[static_cast<int>(aim)];
      ++kill;
      REQUIRE(world.Fault(sent) == "");
      if (Over(world.Get(sent.name))) break;
    }
    INFO("after the kills of file " << sent.id);
    const cat::Import ended = AskUntil([&] { return world.Get(sent.name); }, Over, kRecovery);
    INFO(world.cluster.LogOf("catalog"));
    REQUIRE(Over(ended));
    REQUIRE(world.FaultOfEnd(sent) == "");
    all.push_back(std::move(sent));
  }

  // One import a file, no file left, and no entry that nobody sent.
  std::set<std::string> begun;
  size_t wanted = 0;
  for (const Sent& sent : all) {
    begun.insert(sent.name);
    wanted += kEntries - kEntries / kBadEvery;
  }
  CHECK(begun.size() == all.size());
  CHECK(world.Imports() == begun);
  CHECK(std::filesystem::is_empty(world.folder));
  const std::map<std::string, cat::Resource> entries = world.Entries();
  CHECK(entries.size() == wanted);

  // On record: each entry as it is, once; each import as it began and as it ended.
  const auto drafted = AskUntil(
      [&] { return RecordsOf(world.cluster, ev::RESOURCE_DRAFTED); },
      [&](const auto& records) { return records.size() >= wanted; }, kRecovery);
  CHECK(drafted.size() == wanted);
  size_t doubled = 0, different = 0;
  for (const auto& [code, entry] : entries) {
    const auto record = drafted.find(entry.name());
    if (record == drafted.end()) continue;  // counted above
    doubled += record->second.size() != 1;
    catalog::store::ResourceChange change;
    different += !change.ParseFromString(record->second.front()) ||
                 !MessageDifferencer::Equals(Written(change.record().working()),
                                             Written(entry));
  }
  CHECK(doubled == 0);
  CHECK(different == 0);
  const auto ends = AskUntil(
      [&] { return RecordsOf(world.cluster, ev::CATALOG_IMPORTED); },
      [&](const auto& records) {
        return records.size() == all.size() &&
               std::all_of(records.begin(), records.end(),
                           [](const auto& record) { return record.second.size() >= 2; });
      },
      kRecovery);
  CHECK(ends.size() == all.size());
  for (const auto& [name, states] : ends) {
    CAPTURE(name);
    CHECK(begun.contains(name));
    CHECK(states.size() == 2);
  }
  WARN(kKills << " kills: " << hits[0] << " while a file came, " << hits[1]
              << " while it was checked, " << hits[2] << " while entries were written; "
              << all.size() << " files, " << wanted << " entries; SHAREWAY_SEED=" << seed);
}

}  // namespace
}  // namespace shareway::testing
