// SPDX-License-Identifier: Apache-2.0
#include "libs/evidence/note.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::evidence {
namespace {

constexpr absl::string_view kDash = "\xe2\x80\x94 ";  // an em dash and a space
// An Ed25519 SubjectPublicKeyInfo up to the key's 32 bytes (RFC 8410 section 4).
constexpr absl::string_view kSpkiPrefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

// Signature types: those of C2SP signed-note, and ours for SM2 over SM3, which
// has no number there. `mark` stands before the key; what follows is the end of
// the SubjectPublicKeyInfo after `spki_prefix`, `key_size` bytes.
enum class Type { kLog, kCosignature, kNational };
struct Form {
  Type type;
  absl::string_view mark;
  crypto::Suite suite;
  absl::string_view spki_prefix;
  size_t key_size;
};
constexpr Form kForms[] = {
    {Type::kLog, "\x01", crypto::Suite::kEd25519, kSpkiPrefix, 32},
    {Type::kCosignature, "\x04", crypto::Suite::kEd25519, kSpkiPrefix, 32},
    {Type::kNational, "\xffshareway/v1/sm2-sm3\n", crypto::Suite::kSm2Sm3, "", 91}};
static_assert(kForms[2].mark.size() == 21);

const Form& FormOf(Type type) { return kForms[static_cast<size_t>(type)]; }

absl::Status Malformed(absl::string_view message) { return absl::InvalidArgumentError(message); }

absl::Status Unproven(absl::string_view message) {
  return Error(Reason::kProofInvalid, absl::StatusCode::kDataLoss, message);
}

// Printable ASCII without space and '+': stricter than C2SP, so that every
// language splits lines at the same places.
bool IsName(absl::string_view name) {
  if (name.empty() || name.size() > 255) return false;
  for (const char c : name) {
    if (c <= ' ' || c > '~' || c == '+') return false;
  }
  return true;
}

// What stands in a verifier key and under its hash: the type's mark and the key.
std::string TypedKey(Type type, const crypto::PublicKey& key) {
  const Form& form = FormOf(type);
  return absl::StrCat(form.mark, absl::string_view(key.spki()).substr(form.spki_prefix.size()));
}

std::string KeyHash(absl::string_view name, absl::string_view typed_key) {
  return crypto::Sha256(absl::StrCat(name, "\n", typed_key)).str().substr(0, 4);
}

std::string KeyText(absl::string_view name, const crypto::PublicKey& key, Type type) {
  const std::string typed = TypedKey(type, key);
  return absl::StrCat(name, "+", ToHex(KeyHash(name, typed)), "+", ToBase64(typed));
}

struct Verifier {
  Type type;
  std::string name;
  std::string hash;
  crypto::PublicKey key;
};

absl::StatusOr<Verifier> ParseVerifier(absl::string_view text) {
  // Base64 may have '+', so only the first two part.
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('+', 2));
  const absl::StatusOr<std::string> typed =
      parts.size() == 3 ? FromBase64(parts[2]) : absl::InvalidArgumentError("");
  if (!typed.ok() || !IsName(parts[0]) || ToHex(KeyHash(parts[0], *typed)) != parts[1]) {
    return Malformed(
        absl::StrCat("\"", text.substr(0, 300), "\" is no verifier key NAME+HASH+BASE64"));
  }
  for (const Form& form : kForms) {
    absl::string_view key_bytes = *typed;
    if (!absl::ConsumePrefix(&key_bytes, form.mark) || key_bytes.size() != form.key_size) continue;
    SHAREWAY_ASSIGN_OR_RETURN(crypto::PublicKey key, crypto::PublicKey::FromSpki(absl::StrCat(
                                                         form.spki_prefix, key_bytes)));
    if (key.suite() != form.suite) break;
    return Verifier{form.type, std::string(parts[0]), KeyHash(parts[0], *typed), std::move(key)};
  }
  return Malformed(absl::StrCat("the verifier key of ", parts[0],
                                " is of no known type, want Ed25519, SM2-SM3 or a witness's"));
}

absl::StatusOr<Verifier> ParseWitness(absl::string_view text) {
  SHAREWAY_ASSIGN_OR_RETURN(Verifier verifier, ParseVerifier(text));
  if (verifier.type == Type::kCosignature) return verifier;
  return Malformed(absl::StrCat("the verifier key of ", verifier.name,
                                " is a log's, want a witness's (type 4)"));
}

struct SignatureLine {
  std::string name;
  std::string hash;
  std::string bytes;
};

// `line` without its line feed.
absl::StatusOr<SignatureLine> ParseLine(absl::string_view line) {
  const absl::Status malformed =
      Malformed("a signature line is malformed, want an em dash, a name and base64");
  if (!absl::StartsWith(line, kDash)) return malformed;
  const std::vector<absl::string_view> parts = absl::StrSplit(line.substr(kDash.size()), ' ');
  if (parts.size() != 2 || !IsName(parts[0])) return malformed;
  const absl::StatusOr<std::string> raw = FromBase64(parts[1]);
  if (!raw.ok() || raw->size() <= 4) return malformed;
  return SignatureLine{std::string(parts[0]), raw->substr(0, 4), raw->substr(4)};
}

struct Note {
  std::string text;  // with its last line feed
  TreeHead head;
  std::vector<SignatureLine> signatures;
};

absl::StatusOr<TreeHead> ParseHead(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 4 || !IsName(lines[0])) return Malformed("the note is no checkpoint");
  TreeHead head;
  head.origin = std::string(lines[0]);
  if (!absl::SimpleAtoi(lines[1], &head.size) || absl::StrCat(head.size) != lines[1]) {
    return Malformed(absl::StrCat("\"", lines[1].substr(0, 40), "\" is no tree size"));
  }
  const absl::StatusOr<std::string> root = FromBase64(lines[2]);
  if (!root.ok() || root->size() != 32) return Malformed("the third line is no root of 32 bytes");
  SHAREWAY_ASSIGN_OR_RETURN(head.root, Hash32::From(*root));
  return head;
}

absl::StatusOr<Note> ParseNote(absl::string_view note) {
  if (note.size() > kMaxNoteBytes) {
    return Malformed(absl::StrCat("a note of ", note.size(), " bytes, at most ", kMaxNoteBytes));
  }
  if (!IsText(note) || absl::StrContains(note, '\t'))
    return Malformed("the note is not plain UTF-8");
  const size_t blank = note.rfind("\n\n");
  if (blank == absl::string_view::npos || note.back() != '\n') {
    return Malformed("the note has no signatures after a blank line");
  }
  Note out;
  out.text = std::string(note.substr(0, blank + 1));
  SHAREWAY_ASSIGN_OR_RETURN(out.head, ParseHead(out.text));
  const absl::string_view tail = note.substr(blank + 2);
  if (tail.empty()) return Malformed("the note has no signatures after a blank line");
  for (absl::string_view line : absl::StrSplit(tail.substr(0, tail.size() - 1), '\n')) {
    SHAREWAY_ASSIGN_OR_RETURN(SignatureLine parsed, ParseLine(line));
    out.signatures.push_back(std::move(parsed));
  }
  return out;
}

std::string LineOf(absl::string_view name, absl::string_view hash, absl::string_view bytes) {
  return absl::StrCat(kDash, name, " ", ToBase64(absl::StrCat(hash, bytes)), "\n");
}

absl::Status CheckSigner(const crypto::PrivateKey& key, crypto::Suite suite,
                         absl::string_view name) {
  if (key.public_key().suite() != suite) {
    return Malformed(suite == crypto::Suite::kEd25519
                         ? "checkpoints are signed by Ed25519 keys"
                         : "the national line of a checkpoint is signed by an SM2 key");
  }
  if (IsName(name)) return absl::OkStatus();
  return Malformed(absl::StrCat("\"", name.substr(0, 300),
                                "\" is no signer's name: printable ASCII without space and '+'"));
}

// OK if the first line by the verifier's key is its signature over the text.
absl::Status CheckSigned(const Note& note, const Verifier& verifier) {
  if (note.head.origin != verifier.name) {
    return Unproven(
        absl::StrCat("the checkpoint's origin is ", note.head.origin, ", want ", verifier.name));
  }
  for (const SignatureLine& line : note.signatures) {
    if (line.name != verifier.name || line.hash != verifier.hash) continue;
    if (verifier.key.Verify(note.text, line.bytes).ok()) return absl::OkStatus();
    return Unproven(absl::StrCat("the checkpoint's signature by ", line.name, "+", ToHex(line.hash),
                                 " does not verify"));
  }
  return Unproven(absl::StrCat("the checkpoint has no signature by the key ", verifier.name, "+",
                               ToHex(verifier.hash)));
}

// OK if of the log keys with the origin's name one of each kind that is there signed.
absl::Status CheckLog(const Note& note, const std::vector<Verifier>& verifiers) {
  absl::Status refusal = Unproven("no log's key is given, want at least 1");
  bool any = false;
  for (const Type type : {Type::kLog, Type::kNational}) {
    bool pinned = false;
    bool signed_by_one = false;
    for (const Verifier& verifier : verifiers) {
      if (verifier.type != type || signed_by_one) continue;
      const absl::Status checked = CheckSigned(note, verifier);
      signed_by_one = checked.ok();
      pinned = pinned || verifier.name == note.head.origin;
      if (!signed_by_one) refusal = checked;
    }
    if (pinned && !signed_by_one) return refusal;
    any = any || signed_by_one;
  }
  return any ? absl::OkStatus() : refusal;
}

// tlog-cosignature: what a witness signs.
std::string CosignedBytes(uint64_t unix_seconds, absl::string_view text) {
  return absl::StrCat("cosignature/v1\ntime ", unix_seconds, "\n", text);
}

// A line of its own, with its line feed.
absl::StatusOr<SignatureLine> ParseCosignature(absl::string_view line) {
  if (!absl::EndsWith(line, "\n")) return Malformed("a cosignature line ends in a line feed");
  return ParseLine(line.substr(0, line.size() - 1));
}

// As VerifyCosignature.
absl::StatusOr<bool> CheckCosigned(const Note& note, const SignatureLine& cosignature,
                                   const Verifier& verifier) {
  if (cosignature.name != verifier.name || cosignature.hash != verifier.hash) return false;
  const absl::string_view bytes = cosignature.bytes;
  if (bytes.size() != 72 ||
      !verifier.key.Verify(CosignedBytes(ReadBigEndian64(bytes), note.text), bytes.substr(8))
           .ok()) {
    return Unproven(absl::StrCat("the cosignature by ", verifier.name, " does not verify"));
  }
  return true;
}

}  // namespace

std::string VerifierKey(absl::string_view name, const crypto::PublicKey& ed25519_or_sm2) {
  const bool sm2 = ed25519_or_sm2.suite() == crypto::Suite::kSm2Sm3;
  return KeyText(name, ed25519_or_sm2, sm2 ? Type::kNational : Type::kLog);
}

std::string WitnessVerifierKey(absl::string_view name, const crypto::PublicKey& ed25519) {
  return KeyText(name, ed25519, Type::kCosignature);
}

absl::StatusOr<std::string> SignNote(const crypto::PrivateKey& ed25519, const TreeHead& head) {
  SHAREWAY_RETURN_IF_ERROR(CheckSigner(ed25519, crypto::Suite::kEd25519, head.origin));
  const std::string text =
      absl::StrCat(head.origin, "\n", head.size, "\n", ToBase64(head.root.view()), "\n");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string signature, ed25519.Sign(text));
  const std::string hash = KeyHash(head.origin, TypedKey(Type::kLog, ed25519.public_key()));
  return absl::StrCat(text, "\n", LineOf(head.origin, hash, signature));
}

absl::StatusOr<std::string> AddNationalLine(const crypto::PrivateKey& sm2, absl::string_view note) {
  SHAREWAY_ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  const std::string& name = parsed.head.origin;
  SHAREWAY_RETURN_IF_ERROR(CheckSigner(sm2, crypto::Suite::kSm2Sm3, name));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string signature, sm2.Sign(parsed.text));
  const std::string hash = KeyHash(name, TypedKey(Type::kNational, sm2.public_key()));
  return absl::StrCat(note, LineOf(name, hash, signature));
}

absl::StatusOr<std::string> NoteText(absl::string_view note) {
  SHAREWAY_ASSIGN_OR_RETURN(Note parsed, ParseNote(note));
  return std::move(parsed.text);
}

absl::StatusOr<TreeHead> OpenNote(absl::string_view note, absl::string_view verifier_key) {
  SHAREWAY_ASSIGN_OR_RETURN(const Verifier verifier, ParseVerifier(verifier_key));
  if (verifier.type == Type::kCosignature) {
    return Malformed(
        absl::StrCat("the verifier key of ", verifier.name, " is a witness's, want a log's"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(Note parsed, ParseNote(note));
  SHAREWAY_RETURN_IF_ERROR(CheckSigned(parsed, verifier));
  return std::move(parsed.head);
}

absl::StatusOr<std::string> CosignNote(const crypto::PrivateKey& ed25519, absl::string_view name,
                                       absl::string_view note, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckSigner(ed25519, crypto::Suite::kEd25519, name));
  SHAREWAY_ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  const auto seconds = static_cast<uint64_t>(absl::ToUnixSeconds(now));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string signature,
                            ed25519.Sign(CosignedBytes(seconds, parsed.text)));
  const std::string hash = KeyHash(name, TypedKey(Type::kCosignature, ed25519.public_key()));
  return LineOf(name, hash, absl::StrCat(BigEndian64(seconds), signature));
}

absl::StatusOr<bool> VerifyCosignature(absl::string_view note, absl::string_view line,
                                       absl::string_view verifier_key) {
  SHAREWAY_ASSIGN_OR_RETURN(const Verifier verifier, ParseWitness(verifier_key));
  SHAREWAY_ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  SHAREWAY_ASSIGN_OR_RETURN(const SignatureLine cosignature, ParseCosignature(line));
  return CheckCosigned(parsed, cosignature, verifier);
}

absl::StatusOr<TreeHead> OpenCheckpoint(absl::string_view note,
                                        const std::vector<std::string>& cosignatures,
                                        const std::vector<std::string>& verifier_keys) {
  std::vector<Verifier> verifiers;
  for (const std::string& text : verifier_keys) {
    SHAREWAY_ASSIGN_OR_RETURN(verifiers.emplace_back(), ParseVerifier(text));
  }
  SHAREWAY_ASSIGN_OR_RETURN(Note parsed, ParseNote(note));
  SHAREWAY_RETURN_IF_ERROR(CheckLog(parsed, verifiers));
  for (const std::string& line : cosignatures) {
    SHAREWAY_ASSIGN_OR_RETURN(const SignatureLine cosignature, ParseCosignature(line));
    for (const Verifier& verifier : verifiers) {
      if (verifier.type != Type::kCosignature) continue;
      SHAREWAY_RETURN_IF_ERROR(CheckCosigned(parsed, cosignature, verifier).status());
    }
  }
  return std::move(parsed.head);
}

std::vector<std::string> VerifierKeysIn(absl::string_view text) {
  std::vector<std::string> keys;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty() && line.front() != '#') keys.emplace_back(line);
  }
  return keys;
}

}  // namespace shareway::evidence
