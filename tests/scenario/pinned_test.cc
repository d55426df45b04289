// SPDX-License-Identifier: Apache-2.0
// A provider's node that pins whose decisions it honours, over real processes.
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace ex = exchange::v1;
namespace sh = sharing::v1;

// The old city's civil affairs have published and loaded divisions, and tax has claimed them
// directly (M16 12).
struct Claimed {
  Claimed() : cluster(OptionsOf()) {
    catalog::v1::Resource draft = Divisions(cluster);
    draft.set_provider(cluster.Agency(kOldCivil));
    const Served served = PublishAndLoad(cluster, kOldCivil, draft,
                                         "code,name,level\n9901,演示市,CITY\n", kOldBureau);
    sh::ClaimGrantRequest claim;
    claim.set_resource(served.resource.name());
    claim.add_purposes(evidence::v1::WORK_REFERENCE);
    claim.set_scenario("核对区划");
    claim.set_end_date("2027-06-30");
    const auto claimed = AskUntilOk([&] {
      return cluster.Call<sh::Grant>("tax-applicant", "sharing", GrantMethod("ClaimGrant"), claim);
    });
    REQUIRE_OK(claimed);
    grant = claimed->name();
    REQUIRE_OK(Ask());
  }
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {kOldCivil, kTax};
    return options;
  }

  absl::StatusOr<ex::QueryResponse> Ask() {
    return QueryWhenKnown(cluster, kTax, QueryBy(grant, "code", "9901"));
  }

  // The provider's node comes up again and honours only what `person` decided.
  void Pin(const std::string& person) {
    const std::string file = cluster.dir() / "pinned";
    WriteFile(file, absl::StrCat("# ", person, "\n",
                                 ToBase64(cluster.identity(person).key.public_key().spki()), "\n"));
    CHECK(cluster.Stop("oldcivil-node") == 0);
    cluster.SetFlags("oldcivil-node", {"--pinned_deciders=" + file});
    cluster.Start("oldcivil-node");
    cluster.AwaitReady("oldcivil-node");
  }

  Cluster cluster;
  std::string grant;
};

TEST_CASE("Under pinning a direct claim rests on who published the resource", "[scenario]") {
  Claimed claimed;
  claimed.Pin("oldbureau-officer");
  const auto answer = claimed.Ask();
  REQUIRE_OK(answer);
  CHECK(answer->answer().batch().records_size() == 1);

  claimed.Pin("oldcivil-sharing-head");  // signed nothing of it
  CHECK(ReasonOf(claimed.Ask().status()) == Reason::kHeld);
}

}  // namespace
}  // namespace shareway::testing
