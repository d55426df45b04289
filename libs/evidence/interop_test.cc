// SPDX-License-Identifier: Apache-2.0
// The Python verifier and the browser's, which share no code with us nor with each
// other, say the same of random and damaged packs.
//
//   SHAREWAY_CAMPAIGN=1 build/tests/evidence_interop_test
//
// judges 100,000 instead of 2,000. SHAREWAY_SEED=N repeats the shapes and damages of a
// run, except for signatures, which are random.
#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "catch2/catch.hpp"
#include "libs/evidence/test_damage.h"
#include "libs/evidence/test_verdict.h"

namespace shareway::evidence {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Another verifier, which reads cases from a pipe and compares.
class Judge {
 public:
  Judge(const std::string& command, std::string output) : output_(std::move(output)) {
    pipe_ = popen(absl::StrCat(command, " > ", output_, " 2>&1").c_str(), "w");
    REQUIRE(pipe_ != nullptr);
  }

  void Hear(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), pipe_);
    ++heard_;
  }

  // Empty if it agrees on all, or what it said.
  std::string Verdict() {
    const int status = pclose(pipe_);
    std::ifstream file(output_);
    std::stringstream text;
    text << file.rdbuf();
    const std::string want = absl::StrCat(heard_, " of ", heard_, " vectors agree\n");
    return status == 0 && text.str() == want ? "" : text.str().substr(0, 6000) + "?";
  }

 private:
  const std::string output_;
  FILE* pipe_ = nullptr;
  uint64_t heard_ = 0;
};

TEST_CASE("verifiers in two other languages agree on random and damaged packs") {
  signal(SIGPIPE, SIG_IGN);
  google::protobuf::SetLogHandler(nullptr);  // most of what it would tell is meant
  const uint64_t packs =
      FromEnvironment("SHAREWAY_PACKS", std::getenv("SHAREWAY_CAMPAIGN") ? 100000 : 2000);
  // Another each day, so that the suite grows by running.
  const uint64_t seed = FromEnvironment(
      "SHAREWAY_SEED", static_cast<uint64_t>(absl::ToUnixSeconds(absl::Now())) / 86400);
  std::string folder = (std::filesystem::temp_directory_path() / "packs-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string tools = absl::StrCat(SHAREWAY_SOURCE_DIR, "/tools");
  std::vector<std::string> commands = {
      absl::StrCat("/usr/bin/python3 ", tools, "/verify_pack.py --stream")};
  if (std::filesystem::exists(tools + "/verifier_page/node_modules")) {
    commands.push_back(absl::StrCat("node ", tools, "/verifier_page/judge.mjs"));
  } else {
    WARN("without npm's packages the browser's verifier is not asked");
  }
  std::vector<std::unique_ptr<Judge>> judges;
  for (size_t i = 0; i < commands.size(); ++i) {
    judges.push_back(std::make_unique<Judge>(commands[i], absl::StrCat(folder, "/judge", i)));
  }

  PackPress press(seed);
  uint64_t valid = 0, named = 0;
  for (uint64_t i = 0; i < packs; ++i) {
    const PackFile file = MakePackFile(&press);
    const Json vector = PackVector(absl::StrCat("seed ", seed, " pack ", i), file.text, file.keys);
    valid += vector["valid"].get<bool>();
    named += vector.contains("want") && vector["want"].contains("entry");
    const std::string line = vector.dump() + "\n";
    for (const std::unique_ptr<Judge>& judge : judges) judge->Hear(line);
  }
  CAPTURE(seed, folder, valid, named);
  for (size_t i = 0; i < judges.size(); ++i) {
    CAPTURE(commands[i]);
    CHECK(judges[i]->Verdict() == "");
  }
  // Neither side may starve: good packs, bad packs, and packs of which one entry is bad.
  CHECK(valid > packs / 4);
  CHECK(named > packs / 5);
  CHECK(valid + named < packs * 9 / 10);
  std::printf("%llu packs of seed %llu: %llu verify, %llu fail at a named entry\n",
              static_cast<unsigned long long>(packs), static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(valid), static_cast<unsigned long long>(named));
  if (!Catch::getResultCapture().lastAssertionPassed()) return;  // the judges' words stay
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace shareway::evidence
