// SPDX-License-Identifier: Apache-2.0
// Ways to spoil a pack, or to spell it otherwise, layer by layer. Some leave it valid:
// two verifiers must also agree on what is allowed.
#pragma once

#include <string>
#include <vector>

#include "libs/evidence/test_random_pack.h"

namespace shareway::evidence {

// A pack's file and the keys that are pinned for it.
struct PackFile {
  std::string text = {};
  std::vector<std::string> keys = {};
};

// A record whose producer, or whoever signed in it, did something odd; all that lies
// outside is made for it and holds.
v1::SealedRecord OddRecord(PackPress* press);
// Another signature, and other fields of it.
void SpoilSignature(Dice* dice, v1::Signature* signature);

// The checkpoint, cosignatures and pinned keys. What is odd is signed as it stands.
void SpoilNote(PackPress* press, Draft* draft);
void SpoilCosignatures(PackPress* press, Draft* draft);
void SpoilKeys(PackPress* press, Draft* draft);

// The members of the pack as they would be read.
void SpoilParts(Dice* dice, Pack* pack);

// The file: JSON that says the same in other words, or not quite the same.
std::string OddSpelling(Dice* dice, const std::string& text);
std::string OddJson(Dice* dice, const std::string& text);
std::string OddText(Dice* dice, std::string text);

// A pack of random shape; two in five are good or only spelled otherwise.
PackFile MakePackFile(PackPress* press);

}  // namespace shareway::evidence
