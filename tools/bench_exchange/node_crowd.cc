// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/node_crowd.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/directory_act.h"

namespace shareway::bench {
namespace {

using testing::Cluster;

// An authority, and for each name in $NAMES a certificate for $URI$name.
constexpr char kIssue[] = R"(set -eu
cd "$DIR"
cat >openssl.cnf <<CONFIG
[req]
distinguished_name = subject
prompt = no
[subject]
CN = benchmark of \${ENV::NAME}
[authority]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
[leaf]
extendedKeyUsage = serverAuth, clientAuth
authorityKeyIdentifier = keyid
subjectAltName = URI:\${ENV::URI}\${ENV::NAME}
CONFIG
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -sha256"
NAME=authority openssl req -x509 -config openssl.cnf -extensions authority $key \
  -keyout ca.key -out ca.crt
for NAME in $NAMES; do
  mkdir "$NAME"
  NAME=$NAME openssl req -x509 -config openssl.cnf -extensions leaf $key \
    -CA ca.crt -CAkey ca.key -keyout "$NAME/tls.key" -out "$NAME/tls.crt"
done
)";

std::string TextOf(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

std::string NodeLabel(int i) { return absl::StrCat("w", i); }

void AdmitNodes(Cluster* cluster, const std::string& dir, int count,
                const std::string& process) {
  std::string names;
  for (int i = 0; i < count; ++i) absl::StrAppend(&names, NodeLabel(i), " ");
  const std::string uri =
      absl::StrCat("shareway://test/agency/", cluster->Agency(testing::kTax).substr(9), "/node/");
  testing::WriteFile(dir + "/issue", kIssue);
  testing::Child issue({"/usr/bin/env", "DIR=" + dir, "URI=" + uri, "NAMES=" + names, "/bin/sh",
                        dir + "/issue"},
                       dir + "/issue.log");
  if (issue.Wait(absl::Minutes(2)) != 0) {
    CheckStep(absl::InternalError(TextOf(dir + "/issue.log")), "certificates");
  }
  const std::string trusted = cluster->identity(process).dir + "/ca.crt";
  testing::WriteFile(trusted, TextOf(trusted) + TextOf(dir + "/ca.crt"));
  for (int i = 0; i < count; ++i) {
    const std::string node = cluster->Node(testing::kTax, NodeLabel(i));
    const auto key = crypto::PublicKey::FromCertificate(
        TextOf(absl::StrCat(dir, "/", NodeLabel(i), "/tls.crt")));
    CheckStep(key.status(), "certificate");
    PutNode(cluster, node);
    PutKey(cluster, node, *key, catalog::v1::Key::TLS);
  }
  cluster->Stop(process);
  cluster->Start(process);
  cluster->AwaitReady(process);
}

}  // namespace shareway::bench
