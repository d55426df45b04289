// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/chain.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/await.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/node_pair.h"

namespace shareway::bench {
namespace {

constexpr size_t kAnswerBytes = 1024;
constexpr size_t kRequestBytes = 300;  // a query's

// Of both instances. Each is one process with one event loop, which is what one connection of a
// client can use; connections to the far one are kept, and nothing is logged.
constexpr char kNginxCommon[] = R"(
daemon off;
master_process off;
user root;
pid $dir/nginx.pid;
error_log $dir/error.log error;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path $dir/body;
  proxy_temp_path $dir/proxy;
  fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi;
  scgi_temp_path $dir/scgi;
  default_type application/grpc;
  keepalive_requests 1000000000;
  http2_max_concurrent_streams 1024;
  $more
  server {
    listen $address ssl http2;
    ssl_certificate $tls/tls.crt;
    ssl_certificate_key $tls/tls.key;
    ssl_client_certificate $tls/ca.crt;
    ssl_verify_client on;
    ssl_protocols TLSv1.3;
    $serve
  }
}
)";

// The mirror has nginx read the request to its end first. Without it, a file is an answer before
// the request is there, and the near nginx takes what then comes for another call's.
constexpr char kNginxFar[] = R"(
    root $dir;
    location / { error_page 405 =200 /answer; return 405; }
    location = /answer { mirror /read; add_trailer grpc-status 0; open_file_cache max=4; }
    location = /read { internal; return 204; }
)";

constexpr char kNginxUpstream[] = R"(
  upstream far { server $far; keepalive 512; keepalive_requests 1000000000; }
)";

constexpr char kNginxNear[] = R"(
    location / {
      grpc_pass grpcs://far;
      grpc_ssl_certificate $tls/tls.crt;
      grpc_ssl_certificate_key $tls/tls.key;
      grpc_ssl_trusted_certificate $tls/ca.crt;
      grpc_ssl_verify on;
      grpc_ssl_name localhost;
      grpc_ssl_protocols TLSv1.3;
    }
)";

std::string NodeUri(const testing::Cluster& cluster, const char* alias) {
  return absl::StrCat("shareway://test/agency/", cluster.Agency(alias).substr(9), "/node/n1");
}

// A gRPC message as it goes over HTTP/2: not compressed, its length, its bytes.
std::string Framed(const std::string& message) {
  const auto size = static_cast<uint32_t>(message.size());
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift));
  return frame + message;
}

}  // namespace

std::string Chain::Address(bool far) const {
  return absl::StrCat("127.0.0.1:", ports_[far].number());
}

void Chain::Start(bool far, std::vector<std::string> argv) {
  children_.push_back(std::make_unique<testing::Child>(
      std::move(argv), cluster_->dir() / absl::StrCat(name_, far ? "-far" : "-near", ".log")));
}

std::unique_ptr<Chain> Chain::OfRelays(testing::Cluster* cluster) {
  std::unique_ptr<Chain> chain(new Chain(cluster, "relay"));
  const std::string binary = absl::StrCat(SHAREWAY_BENCH_BIN_DIR, "/bench_relay");
  chain->Start(/*far=*/false, {binary, "--listen=" + chain->Address(false),
                               "--tls=" + cluster->identity(kConsumerNode).dir,
                               "--upstream=" + chain->Address(true),
                               "--upstream_uri=" + NodeUri(*cluster, testing::kStatistics)});
  chain->Start(/*far=*/true, {binary, "--listen=" + chain->Address(true),
                              "--tls=" + cluster->identity(kProviderNode).dir});
  chain->Connect();
  return chain;
}

std::unique_ptr<Chain> Chain::OfNginx(testing::Cluster* cluster, const std::string& binary) {
  std::unique_ptr<Chain> chain(new Chain(cluster, "nginx"));
  for (const bool far : {true, false}) {
    const std::string dir = cluster->dir() / (far ? "nginx-far" : "nginx-near");
    std::filesystem::create_directories(dir);
    testing::WriteFile(dir + "/answer", Framed(std::string(kAnswerBytes, 'x')));
    std::string text =
        absl::StrReplaceAll(kNginxCommon, {{"$more", far ? "" : kNginxUpstream},
                                           {"$serve", far ? kNginxFar : kNginxNear}});
    text = absl::StrReplaceAll(
        text, {{"$dir", dir},
               {"$address", chain->Address(far)},
               {"$far", chain->Address(true)},
               {"$tls", cluster->identity(far ? kProviderNode : kConsumerNode).dir}});
    testing::WriteFile(dir + "/nginx.conf", text);
    chain->Start(far, {binary, "-p", dir, "-c", dir + "/nginx.conf", "-e", dir + "/error.log"});
  }
  std::swap(chain->children_[0], chain->children_[1]);
  chain->Connect();
  return chain;
}

void Chain::Connect() {
  auto opened = rpc::Channel::Open({Address(/*far=*/false), cluster_->identity("tax-system").tls,
                                    NodeUri(*cluster_, testing::kTax)});
  CheckStep(opened.status(), name_.c_str());
  channel_ = *opened;
  const auto answer =
      testing::AskUntilOk([&] { return channel_->RawUnary("/bench/Echo", "x", {}); });
  CheckStep(answer.status(), name_.c_str());
  if (answer->size() != kAnswerBytes) {
    CheckStep(absl::DataLossError(absl::StrCat(answer->size(), " bytes")), name_.c_str());
  }
}

StartCall Chain::Begin() {
  return [channel = channel_, request = std::string(kRequestBytes, 'q')](
             std::function<void(absl::Status)> done) {
    channel->RawUnaryAsync("/bench/Echo", request, {},
                           [done = std::move(done)](absl::StatusOr<std::string> bytes) {
                             if (bytes.ok() && bytes->size() != kAnswerBytes) {
                               return done(absl::DataLossError("another answer"));
                             }
                             done(bytes.status());
                           });
  };
}

Run Chain::Call(int outstanding, const Window& window) {
  return RunLoad(Begin(), outstanding, window.warm_up, window.length, PidsOf(processes()));
}

Run Chain::CallAtRate(double per_second, const Window& window) {
  return RunRate(Begin(), per_second, window.warm_up, window.length, PidsOf(processes()));
}

std::vector<Process> Chain::processes() const {
  return {{name_ + "-near", children_[0]->pid()}, {name_ + "-far", children_[1]->pid()}};
}

}  // namespace shareway::bench
