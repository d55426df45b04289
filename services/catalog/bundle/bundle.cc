// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/bundle/bundle.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/act_signature.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "libs/merkle/frontier.h"
#include "libs/merkle/hasher.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/store/resource_message.h"
#include "services/catalog/store/resource_store.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/evidence/v1/envelope.pb.h"

namespace shareway::catalog {
namespace {

constexpr char kMagic[] = "shareway-bundle/1\n";
constexpr char kPublish[] = "/shareway.catalog.v1.CatalogService/PublishResource";
constexpr uint32_t kVersion = 1;
constexpr size_t kMaxManifestBytes = 4 << 10;
constexpr size_t kTold = 100;
// An act is taken within five minutes of the service's clock, which tells the publication's time:
// an act of another revision lies further off.
constexpr absl::Duration kActToPublication = absl::Minutes(6);

Hash32 LeafHash(absl::string_view data) {
  return crypto::Sha256(absl::StrCat(absl::string_view("\0", 1), data));
}

Hash32 NodeHash(const Hash32& left, const Hash32& right) {
  return crypto::Sha256(absl::StrCat(absl::string_view("\1", 1), left.view(), right.view()));
}

merkle::Hasher Hasher() { return {LeafHash, NodeHash, crypto::Sha256("")}; }

absl::Status Damaged(absl::string_view what) {
  return Error(Reason::kBundleDamaged, absl::StatusCode::kDataLoss,
               absl::StrCat("the bundle is damaged: ", what));
}

absl::Status TooLarge(absl::string_view what, uint64_t limit) {
  return Error(Reason::kBundleTooLarge, absl::StatusCode::kResourceExhausted,
               absl::StrCat("the bundle has more than ", limit, " ", what,
                            "; export by longer division prefixes, or what changed since the last"))
      .With("limit", absl::StrCat(limit));
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::string Framed(absl::string_view bytes) {
  return absl::StrCat(BigEndian64(bytes.size()).substr(4), bytes);
}

// Cuts one frame off the front of `rest`.
absl::StatusOr<absl::string_view> NextFrame(absl::string_view* rest, size_t limit) {
  if (rest->size() < 4) return Damaged("it ends before its manifest says");
  const uint64_t size =
      ReadBigEndian64(absl::StrCat(absl::string_view("\0\0\0\0", 4), rest->substr(0, 4)));
  if (size > limit) {
    return Damaged(absl::StrCat("a piece of ", size, " bytes, want at most ", limit));
  }
  if (rest->size() - 4 < size) return Damaged("it ends within a piece");
  const absl::string_view frame = rest->substr(4, size);
  rest->remove_prefix(4 + size);
  return frame;
}

absl::Status Unpinned(absl::string_view domain, absl::string_view what) {
  return Error(Reason::kOriginUnknown, absl::StatusCode::kPermissionDenied,
               absl::StrCat("the bundle is of ", domain, ", ", what))
      .With("domain", domain);
}

absl::Status CheckManifest(const v1::BundleManifest& manifest) {
  if (manifest.version() != kVersion) {
    return Damaged(absl::StrCat("its version is ", manifest.version(), ", want ", kVersion));
  }
  if (manifest.nonce().size() != 16 || manifest.root().size() != 32) {
    return Damaged("its manifest lacks nonce or root");
  }
  if (!IsDivisionPrefix(manifest.division_prefix())) {
    return Damaged("its division prefix is none");
  }
  if (manifest.epoch() == 0 || manifest.since() > manifest.number()) {
    return Damaged(absl::StrCat("it goes from ", manifest.since(), " to ", manifest.number(),
                                " of epoch ", manifest.epoch()));
  }
  if (manifest.objects() > kMaxStatements || manifest.entries() > kMaxStatements) {
    return TooLarge("statements", kMaxStatements);
  }
  return absl::OkStatus();
}

// The manifest at the front of `rest`, verified.
absl::Status OpenManifest(absl::string_view* rest, const Origins& origins, Bundle* bundle) {
  if (!absl::ConsumePrefix(rest, kMagic)) return Damaged("it does not begin as bundles do");
  SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view frame, NextFrame(rest, kMaxManifestBytes));
  evidence::v1::Envelope envelope;
  if (!Parse(frame, &envelope) || !Parse(envelope.payload(), &bundle->manifest)) {
    return Damaged("its manifest cannot be read");
  }
  const std::string& domain = bundle->manifest.domain();
  const PinnedOrigin* origin = origins.Find(domain);
  if (origin == nullptr) return Unpinned(domain, "which is not pinned here");
  const auto key =
      std::find_if(origin->keys.begin(), origin->keys.end(), [&](const crypto::PublicKey& pinned) {
        return pinned.id().view() == envelope.signature().key_id();
      });
  if (key == origin->keys.end()) return Unpinned(domain, "but signed by a key not pinned for it");
  crypto::BatchVerifier verifier;
  if (!evidence::Verify(&verifier, *key, envelope.payload(), envelope.signature()).ok()) {
    return Damaged("its signature does not verify");
  }
  bundle->envelope = std::string(frame);
  return CheckManifest(bundle->manifest);
}

absl::Status Take(const v1::BundleStatement& statement, bool object, Bundle* bundle) {
  if (object) {
    const std::string& name = NameOf(statement.object());
    if (name.empty()) return Damaged("an object is no agency, authority or key");
    if (!bundle->objects.empty() && NameOf(bundle->objects.back()) >= name) {
      return Damaged(absl::StrCat(name, " is out of order"));
    }
    bundle->objects.push_back(statement.object());
    return absl::OkStatus();
  }
  const std::string& name = statement.entry().resource().name();
  if (!HasForm("resources/{r}", name)) return Damaged("an entry has no name");
  if (!bundle->entries.empty() && bundle->entries.back().resource().name() >= name) {
    return Damaged(absl::StrCat(name, " is out of order"));
  }
  const v1::Resource::State state = statement.entry().resource().state();
  if (state != v1::Resource::PUBLISHED && state != v1::Resource::SUSPENDED &&
      state != v1::Resource::WITHDRAWN) {
    return Damaged(absl::StrCat(name, " is not published"));
  }
  bundle->entries.push_back(statement.entry());
  return absl::OkStatus();
}

// Why `key` did not count at `time`, if it did not. A retired one counted until then, and its
// evidence stays; a suspended one is under suspicion.
std::optional<std::string> PeriodFault(const v1::Key& key, absl::Time time) {
  if (key.standing() == v1::STANDING_SUSPENDED) return absl::StrCat(key.name(), " is suspended");
  if (key.has_start_time() && time < evidence::FromTimestamp(key.start_time())) {
    return absl::StrCat(key.name(), " did not count yet when the act was signed");
  }
  if (key.has_end_time() && time >= evidence::FromTimestamp(key.end_time())) {
    return absl::StrCat(key.name(), " did not count any more when the act was signed");
  }
  return std::nullopt;
}

using Objects = std::map<absl::string_view, const v1::DirectoryChange*>;

// What is wrong with the act that an entry rests on; nothing if it holds.
std::optional<std::string> FaultOf(const v1::BundleEntry& entry, const Objects& objects,
                                   crypto::BatchVerifier* verifier) {
  evidence::v1::Act act;
  if (!entry.has_publication() || !act.ParseFromString(entry.publication().act())) {
    return "there is no act of the authority";
  }
  v1::PublishResourceRequest request;
  if (act.method() != kPublish || !request.ParseFromString(act.request()) ||
      request.name() != entry.resource().name()) {
    return "the act is not this entry's publication";
  }
  const absl::StatusOr<Hash32> id = Hash32::From(entry.publication().signature().key_id());
  if (!id.ok()) return "the act's key id is not 32 bytes";
  const std::string name = crypto::KeyName(*id);
  const auto it = objects.find(name);
  if (it == objects.end() || !it->second->has_key()) {
    return absl::StrCat(name, ", which signed, is not in the bundle");
  }
  const v1::Key& listed = it->second->key();
  const auto use = entry.publication().has_webauthn() ? v1::Key::WEBAUTHN : v1::Key::TLS;
  if (listed.use() != use) return absl::StrCat(name, " is for another use");
  if (const auto fault = PeriodFault(listed, evidence::FromTimestamp(act.time()))) return fault;
  const absl::Time published = evidence::FromTimestamp(entry.resource().publish_time());
  const absl::Duration apart = absl::AbsDuration(published - evidence::FromTimestamp(act.time()));
  if (apart > kActToPublication) {
    return absl::StrCat("the act was signed ", absl::FormatDuration(apart),
                        " from this revision's publication");
  }
  if (listed.owner() != act.person()) return absl::StrCat(name, " is not ", act.person(), "'s");
  const absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromSpki(listed.spki());
  if (!key.ok() || key->id() != *id) return absl::StrCat(name, " is another key");
  if (!evidence::VerifyAct(verifier, *key, entry.publication()).ok()) {
    return "the authority's signature does not verify";
  }
  return std::nullopt;
}

// What no entry may have here, whoever wrote it; nothing if all is well. Never the text itself.
std::optional<std::string> ContentFault(const v1::Resource& resource) {
  // Nobody sees it; and what came in under other marks must not stay for that.
  if (resource.state() == v1::Resource::WITHDRAWN) return std::nullopt;
  const Entry entry = EntryFrom(resource);
  if (const std::optional<std::string> field = SecretField(entry)) {
    return absl::StrCat(*field, " is marked as a state or work secret (R25 第三条)");
  }
  const size_t bytes = ToMessage("", Resource::Published{.entry = entry}).ByteSizeLong();
  if (bytes <= kMaxEntryBytes) return std::nullopt;
  return absl::StrCat("it takes more than ", kMaxEntryBytes, " bytes");
}

}  // namespace

const std::string& NameOf(const v1::DirectoryChange& object) {
  static const std::string* const none = new std::string();
  if (object.has_agency()) return object.agency().name();
  if (object.has_authority()) return object.authority().name();
  if (object.has_key()) return object.key().name();
  return *none;
}

const std::string& DivisionOf(const v1::Resource& resource, const v1::Agency& provider) {
  return resource.division().empty() ? provider.division() : resource.division();
}

absl::StatusOr<std::string> SealBundle(const Bundle& bundle, const crypto::PrivateKey& key,
                                       absl::Time now) {
  if (bundle.objects.size() + bundle.entries.size() > kMaxStatements) {
    return TooLarge("statements", kMaxStatements);
  }
  merkle::Frontier tree;
  std::string body;
  const auto append = [&](const v1::BundleStatement& statement) -> absl::Status {
    const std::string bytes = statement.SerializeAsString();
    if (bytes.size() > kMaxStatementBytes) return TooLarge("bytes in a piece", kMaxStatementBytes);
    tree.Append(Hasher(), LeafHash(bytes));
    absl::StrAppend(&body, Framed(bytes));
    if (body.size() > kMaxBundleBytes - 2 * kMaxManifestBytes) {
      return TooLarge("bytes", kMaxBundleBytes);
    }
    return absl::OkStatus();
  };
  v1::BundleStatement statement;
  for (const v1::DirectoryChange& object : bundle.objects) {
    *statement.mutable_object() = object;
    SHAREWAY_RETURN_IF_ERROR(append(statement));
  }
  for (const v1::BundleEntry& entry : bundle.entries) {
    *statement.mutable_entry() = entry;
    SHAREWAY_RETURN_IF_ERROR(append(statement));
  }
  v1::BundleManifest manifest = bundle.manifest;
  manifest.set_nonce(crypto::RandomBytes(16));
  manifest.set_version(kVersion);
  manifest.set_objects(bundle.objects.size());
  manifest.set_entries(bundle.entries.size());
  manifest.set_root(tree.Root(Hasher()).str());
  *manifest.mutable_create_time() = evidence::ToTimestamp(now);
  evidence::v1::Envelope envelope;
  envelope.set_payload(manifest.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(key, {envelope.payload()}));
  *envelope.mutable_signature() = evidence::ToProto(signatures.front());
  return absl::StrCat(kMagic, Framed(envelope.SerializeAsString()), body);
}

absl::StatusOr<Bundle> OpenBundle(absl::string_view bytes, const Origins& origins) {
  if (bytes.size() > kMaxBundleBytes) return TooLarge("bytes", kMaxBundleBytes);
  Bundle bundle;
  SHAREWAY_RETURN_IF_ERROR(OpenManifest(&bytes, origins, &bundle));
  const uint64_t objects = bundle.manifest.objects();
  const uint64_t all = objects + bundle.manifest.entries();
  merkle::Frontier tree;
  for (absl::string_view rest = bytes; tree.size() < all;) {
    SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view frame, NextFrame(&rest, kMaxStatementBytes));
    tree.Append(Hasher(), LeafHash(frame));
    if (tree.size() == all && !rest.empty()) return Damaged("bytes follow its end");
  }
  if (all == 0 && !bytes.empty()) return Damaged("bytes follow its end");
  if (tree.Root(Hasher()).view() != bundle.manifest.root()) {
    return Damaged("what it holds is not what was signed");
  }
  // Only now, so that nothing is parsed that the origin has not signed.
  for (uint64_t n = 0; n < all; ++n) {
    SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view frame, NextFrame(&bytes, kMaxStatementBytes));
    v1::BundleStatement statement;
    const bool object = n < objects;
    if (!Parse(frame, &statement) || (object ? !statement.has_object() : !statement.has_entry())) {
      return Damaged(absl::StrCat("piece ", n, " cannot be read"));
    }
    SHAREWAY_RETURN_IF_ERROR(Take(statement, object, &bundle));
  }
  return bundle;
}

void Conflicts::Add(v1::BundleConflict::Kind kind, absl::string_view resource,
                    absl::string_view detail) {
  if (++count > kTold) return;
  v1::BundleConflict& conflict = first.emplace_back();
  conflict.set_kind(kind);
  conflict.set_resource(std::string(resource));
  conflict.set_detail(std::string(detail));
}

Conflicts CheckBundle(const Bundle& bundle, const PinnedOrigin& origin) {
  Conflicts conflicts;
  Objects objects;
  for (const v1::DirectoryChange& object : bundle.objects) objects[NameOf(object)] = &object;
  const std::string& spoken = origin.division_prefix;
  const std::string& told = bundle.manifest.division_prefix();
  if (!absl::StartsWith(told, spoken)) {
    conflicts.Add(v1::BundleConflict::DIVISION, "",
                  absl::StrCat("the bundle is of divisions ", told.empty() ? "of all kinds" : told,
                               ", and ", origin.domain, " may speak for ", spoken));
  }
  for (const v1::DirectoryChange& object : bundle.objects) {
    if (!object.has_agency()) continue;
    if (!HasForm("agencies/{a}", object.agency().name())) {
      conflicts.Add(v1::BundleConflict::CONTENT_REFUSED, "",
                    "an agency's name is not agencies/{a}");
    } else if (IsMarkedSecret(object.agency().display_name())) {
      conflicts.Add(v1::BundleConflict::CONTENT_REFUSED, "",
                    absl::StrCat(object.agency().name(), " is marked as secret (R25 第三条)"));
    }
  }
  crypto::BatchVerifier verifier;
  for (const v1::BundleEntry& entry : bundle.entries) {
    const v1::Resource& resource = entry.resource();
    if (const std::optional<std::string> fault = ContentFault(resource)) {
      conflicts.Add(v1::BundleConflict::CONTENT_REFUSED, resource.name(), *fault);
    }
    const auto provider = objects.find(resource.provider());
    if (provider == objects.end() || !provider->second->has_agency()) {
      conflicts.Add(v1::BundleConflict::PROVIDER, resource.name(),
                    absl::StrCat(resource.provider(), " is not in the bundle"));
      continue;
    }
    const v1::Agency& agency = provider->second->agency();
    const std::string& division = DivisionOf(resource, agency);
    if (!absl::StartsWith(division, told) || !absl::StartsWith(division, spoken) ||
        !absl::StartsWith(agency.division(), spoken)) {
      conflicts.Add(
          v1::BundleConflict::DIVISION, resource.name(),
          absl::StrCat("its division is ", division, ", its provider's ", agency.division()));
    }
    if (const std::optional<std::string> fault = FaultOf(entry, objects, &verifier)) {
      conflicts.Add(v1::BundleConflict::PUBLICATION, resource.name(), *fault);
    }
  }
  return conflicts;
}

}  // namespace shareway::catalog
