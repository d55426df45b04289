// SPDX-License-Identifier: Apache-2.0
// The year of the sharing service in a process of its own, over RocksDB. It tells each change that
// was acknowledged, or checks what a killed one left behind:
//   ack NAME VERSION DIGEST    an object, as an acknowledged call left it
//   over                       the year is
//   fault TEXT, checked        of --acked
#include <sys/socket.h>

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "libs/kv/rocks_store.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/upkeep.h"
#include "tests/year/year.h"

ABSL_FLAG(std::string, store, "", "folder of the store");
ABSL_FLAG(int, channel, -1, "socket to the parent");
ABSL_FLAG(unsigned, seed, 1, "of this life");
ABSL_FLAG(int, acts_a_day, 45, "on working days");
ABSL_FLAG(std::string, acked, "", "file with what was acknowledged: check it and end");

namespace shareway::sharing {
namespace {

void Say(const std::string& line) {
  const std::string bytes = line + "\n";
  (void)::send(absl::GetFlag(FLAGS_channel), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void Live(kv::Store* store, Year* year) {
  while (year->Step()) {
    for (const std::string& name : year->changed()) {
      Say(absl::StrCat("ack ", name, " ", store->Get(RecordKeyOf(name)).value().version, " ",
                       DigestOf(year->fold().Find(name)->bytes)));
    }
  }
  for (const std::string& fault : year->Faults()) Say(absl::StrCat("fault ", fault));
  Say("over");
}

void CheckAcked(const kv::Store& store, const YearFold& fold) {
  std::ifstream in(absl::GetFlag(FLAGS_acked));
  std::string name, digest;
  uint64_t version = 0;
  while (in >> name >> version >> digest) {
    const absl::StatusOr<kv::Entry> entry = store.Get(RecordKeyOf(name));
    const YearObject* object = fold.Find(name);
    if (!entry.ok() || object == nullptr) {
      Say(absl::StrCat("fault ", name, " was acknowledged and is gone"));
    } else if (entry->version < version) {
      Say(absl::StrCat("fault ", name, " was acknowledged in version ", version, " and is in ",
                       entry->version));
    } else if (entry->version == version ? DigestOf(entry->value) != digest
                                         : object->before.count(digest) == 0) {
      Say(absl::StrCat("fault ", name, " never was what was acknowledged in version ", version));
    }
  }
}

void CheckAll(const kv::Store& store, const Year& year, const YearWorld& world,
              absl::string_view when) {
  for (const std::vector<std::string>& wrong :
       {year.Faults(), year.fold().Differences(store), year.fold().WrongClocks(world),
        year.ApprovedBySilence()}) {
    for (const std::string& one : wrong) Say(absl::StrCat("fault ", when, ": ", one));
  }
}

// What a start of the service does besides, then everything again.
void Check(kv::Store* store, Year* year) {
  CheckAcked(*store, year->fold());
  CheckAll(*store, *year, year->world(), "after the kill");
  Upkeep(&year->world().desk);
  year->TakeRule();
  CheckAll(*store, *year, year->world(), "after upkeep");
  Say("checked");
}

int Main() {
  absl::StatusOr<std::unique_ptr<kv::Store>> store =
      kv::OpenRocks(absl::GetFlag(FLAGS_store), {.cache_bytes = 8 << 20});
  if (!store.ok()) {
    std::cerr << store.status() << std::endl;
    return 1;
  }
  const bool check = !absl::GetFlag(FLAGS_acked).empty();
  Year year(store->get(), {.seed = absl::GetFlag(FLAGS_seed),
                           .acts_a_day = absl::GetFlag(FLAGS_acts_a_day),
                           .digests = 0,
                           .keep_history = check});
  check ? Check(store->get(), &year) : Live(store->get(), &year);
  return 0;
}

}  // namespace
}  // namespace shareway::sharing

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return shareway::sharing::Main();
}
