// SPDX-License-Identifier: Apache-2.0
#include "libs/app/key_expiry.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::app {
namespace {

using catalog::v1::Key;

constexpr char kService[] = "services/catalog";
constexpr char kUri[] = "shareway://test/service/catalog";

// A process with a TLS key and a message key.
struct TestProcess {
  TestProcess()
      : pki(dir.path()),
        identity(pki.Issue("own", {kUri}, clock.Now() + absl::Hours(24 * 100))),
        tls(rpc::TlsSource::Open(identity.tls).value()),
        expiry(KeyExpiry::Parts{
            .tls = tls, .directory = &holder, .metrics = &metrics, .clock = &clock}) {
    log::SetSink([this](absl::string_view line) { lines.emplace_back(line); });
    rpc::Directory directory;
    catalog::v1::DirectoryChange change;
    change.mutable_person()->set_name("people/someone");
    directory.Apply(change);
    holder.Set(std::make_shared<const rpc::Directory>(directory));
    expiry.Watch(Key::MESSAGE, message.public_key().id());
  }
  ~TestProcess() { log::SetSink(nullptr); }

  void List(const crypto::PrivateKey& key, Key::Use use, absl::Time end,
            catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    catalog::v1::DirectoryChange change;
    Key* const record = change.mutable_key();
    record->set_name(crypto::KeyName(key.public_key().id()));
    record->set_owner(kService);
    record->set_use(use);
    record->set_spki(key.public_key().spki());
    record->set_standing(standing);
    if (end != absl::InfiniteFuture()) {
      *record->mutable_end_time() = evidence::ToTimestamp(end);
    }
    rpc::Directory next = *holder.Get();
    next.Apply(change);
    holder.Set(std::make_shared<const rpc::Directory>(next));
  }
  bool Shows(const std::string& line) const { return absl::StrContains(metrics.Text(), line); }
  // What was told since the last time.
  std::string Told() {
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, line, "\n");
    lines.clear();
    return all;
  }

  FakeClock clock{absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))};
  testing::TempDir dir;
  testing::TestPki pki;
  testing::TestIdentity identity;
  crypto::PrivateKey message = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::shared_ptr<rpc::TlsSource> tls;
  rpc::DirectoryHolder holder;
  metrics::Registry metrics;
  std::vector<std::string> lines;
  KeyExpiry expiry;
};

TEST_CASE("A key that ends is told at 30 days, 7 days and 1 day, once each") {
  TestProcess t;
  t.List(t.identity.key, Key::TLS, absl::InfiniteFuture());
  t.List(t.message, Key::MESSAGE, absl::InfiniteFuture());
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"message\"} +Inf"));
  CHECK(t.Told().empty());
  struct Step {
    int days_left;
    std::string event;
  };
  const std::vector<Step> table = {
      {40, ""}, {29, "key-ends-soon"}, {20, ""}, {6, "key-ends-soon"}, {2, ""},
      {0, "key-does-not-count"}};
  int left = 100;
  for (const Step& step : table) {
    CAPTURE(step.days_left);
    t.clock.Advance(absl::Hours(24 * (left - step.days_left)));
    left = step.days_left;
    t.expiry.Look();
    const std::string told = t.Told();
    CHECK(told.empty() == step.event.empty());
    CHECK(absl::StrContains(told, step.event));
    t.expiry.Look();
    CHECK(t.Told().empty());
  }
}

TEST_CASE("A key counts no longer than the directory says") {
  TestProcess t;
  t.List(t.identity.key, Key::TLS, t.clock.Now() + absl::Hours(12));
  t.List(t.message, Key::MESSAGE, t.clock.Now() + absl::Hours(24 * 7));
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"tls\"} 0.5"));
  CHECK(t.Shows("shareway_certificate_days{use=\"message\"} 7"));
  const std::string told = t.Told();
  CHECK(absl::StrContains(told, "key-ends-tomorrow"));
  CHECK(absl::StrContains(told, "key-ends-soon"));

  t.List(t.message, Key::MESSAGE, absl::InfiniteFuture(), catalog::v1::STANDING_SUSPENDED);
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"message\"} 0"));
  CHECK(absl::StrContains(t.Told(), "key-does-not-count"));
}

TEST_CASE("Of several keys of one use the one that ends first is shown, and each is told") {
  TestProcess t;
  t.List(t.identity.key, Key::TLS, absl::InfiniteFuture());
  t.List(t.message, Key::MESSAGE, t.clock.Now() + absl::Hours(24 * 60));
  const crypto::PrivateKey hosted = crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3);
  t.List(hosted, Key::MESSAGE, t.clock.Now() + absl::Hours(24 * 5));
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"message\"} 60"));
  t.expiry.Watch(Key::MESSAGE, hosted.public_key().id());
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"message\"} 5"));
  const std::string told = t.Told();
  CHECK(absl::StrContains(told, "key-ends-soon"));
  CHECK(absl::StrContains(told, crypto::KeyName(hosted.public_key().id())));
  CHECK_FALSE(absl::StrContains(told, crypto::KeyName(t.message.public_key().id())));
}

TEST_CASE("A log key has an end only where the directory lists it") {
  TestProcess t;
  t.List(t.identity.key, Key::TLS, absl::InfiniteFuture());
  t.List(t.message, Key::MESSAGE, absl::InfiniteFuture());
  const crypto::PrivateKey log_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  t.expiry.Watch(Key::LOG, log_key.public_key().id());
  t.expiry.Look();
  CHECK_FALSE(t.Shows("use=\"log\""));
  CHECK(t.Told().empty());
  t.List(log_key, Key::LOG, t.clock.Now() + absl::Hours(24 * 6));
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"log\"} 6"));
  CHECK(absl::StrContains(t.Told(), "key-ends-soon"));
  t.List(log_key, Key::LOG, absl::InfiniteFuture(), catalog::v1::STANDING_SUSPENDED);
  t.expiry.Look();
  CHECK(t.Shows("shareway_certificate_days{use=\"log\"} 0"));
  CHECK(absl::StrContains(t.Told(), "key-does-not-count"));
}

TEST_CASE("A renewed certificate ends the alarm, and its own end is told again") {
  TestProcess t;
  t.List(t.identity.key, Key::TLS, absl::InfiniteFuture());
  t.List(t.message, Key::MESSAGE, absl::InfiniteFuture());
  t.clock.Advance(absl::Hours(24 * 99));
  t.expiry.Look();
  CHECK(absl::StrContains(t.Told(), "key-ends-tomorrow"));
  const testing::TestIdentity renewed =
      t.pki.Issue("own", {kUri}, t.clock.Now() + absl::Hours(24 * 20));
  t.List(renewed.key, Key::TLS, absl::InfiniteFuture());
  t.tls->Look(absl::Now());
  t.Told();  // that it was taken
  t.expiry.Look();
  CHECK(absl::StrContains(t.Told(), "key-ends-soon"));
  CHECK(t.Shows("shareway_tls_files_refused 0"));
  testing::WriteFile(renewed.tls.key, "half a ke");
  t.tls->Look(absl::Now());
  t.tls->Look(absl::Now() + absl::Seconds(10));
  t.expiry.Look();
  CHECK(t.Shows("shareway_tls_files_refused 1"));
}

}  // namespace
}  // namespace shareway::app
