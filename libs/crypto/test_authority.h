// SPDX-License-Identifier: Apache-2.0
// A timestamp authority for tests: `openssl ts` with a root and a certificate of its own.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "tests/support/temp_dir.h"

namespace shareway::crypto {

class TestAuthority {
 public:
  // `days`: how long its certificate is valid from now on; `purpose`: what it is for.
  explicit TestAuthority(int days = 30, const std::string& purpose = "critical,timeStamping") {
    testing::WriteFile(
        dir_ / "tsa.cnf",
        absl::StrCat(
            "[req]\ndistinguished_name=dn\n[dn]\n[v3_tsa]\nbasicConstraints=CA:FALSE\n"
            "keyUsage=critical,digitalSignature\nextendedKeyUsage=",
            purpose,
            "\n"
            "[tsa]\ndefault_tsa=t\n[t]\nserial=",
            dir_ / "serial", "\nsigner_cert=", dir_ / "tsa.pem", "\nsigner_key=", dir_ / "tsa.key",
            "\ncerts=", dir_ / "root.pem",
            "\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n"
            "ess_cert_id_alg=sha256\n"));
    testing::WriteFile(dir_ / "serial", "0A\n");
    for (const char* name : {"root", "tsa"}) {
      Run({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
           dir_ / absl::StrCat(name, ".key")});
    }
    Run({"req", "-x509", "-key", dir_ / "root.key", "-subj", "/CN=test root", "-days", "3650",
         "-out", dir_ / "root.pem"});
    Run({"req", "-new", "-key", dir_ / "tsa.key", "-subj", "/CN=test authority", "-config",
         dir_ / "tsa.cnf", "-out", dir_ / "tsa.csr"});
    Run({"x509", "-req", "-in", dir_ / "tsa.csr", "-CA", dir_ / "root.pem", "-CAkey",
         dir_ / "root.key", "-CAcreateserial", "-days", absl::StrCat(days), "-extfile",
         dir_ / "tsa.cnf", "-extensions", "v3_tsa", "-out", dir_ / "tsa.pem"});
  }

  // PEM.
  std::string root() const { return Read("root.pem"); }
  std::string certificate() const { return Read("tsa.pem"); }
  std::string root_path() const { return dir_ / "root.pem"; }
  const testing::TempDir& dir() const { return dir_; }

  // The TimeStampResp to a TimeStampReq, both DER, as `openssl ts -reply` makes it: a refusal
  // for what it does not understand, nothing if it does not answer. Not for two threads at once.
  std::string Reply(const std::string& query) const {
    testing::WriteFile(dir_ / "query", query);
    const bool ok = Says({"ts", "-reply", "-config", dir_ / "tsa.cnf", "-section", "t",
                          "-queryfile", dir_ / "query", "-out", dir_ / "reply"});
    return ok ? Read("reply") : "";
  }

  // True if `openssl` ends with 0.
  bool Says(const std::vector<std::string>& arguments) const {
    return std::system(
               absl::StrCat("openssl ", absl::StrJoin(arguments, " "), " >", dir_ / "said", " 2>&1")
                   .c_str()) == 0;
  }

 private:
  // The test fails with openssl's words unless it ends with 0.
  void Run(std::vector<std::string> arguments) const {
    for (std::string& argument : arguments) argument = absl::StrCat("'", argument, "'");
    const bool ok = Says(arguments);
    INFO(Read("said"));
    REQUIRE(ok);
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(dir_ / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  const testing::TempDir dir_;
};

}  // namespace shareway::crypto
