// SPDX-License-Identifier: Apache-2.0
// What a password must be.
#include "services/console/domain/password.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::console {
namespace {

// Of 12 characters and more, as lists of leaked passwords have them, in lower case without the
// digits and marks at both ends; what is left of them is looked up.
constexpr absl::string_view kCommon[] = {
    "password",
    "passwordpassword",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwertyuiop",
    "qwertyuiopasdf",
    "qwerty",
    "qwertyqwerty",
    "asdfghjkl",
    "asdfghjklqwer",
    "zxcvbnm",
    "qazwsxedc",
    "qazwsxedcrfv",
    "1qaz2wsx3edc",
    "qaz2wsx3edc",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnopqrstuvwxyz",
    "administrator",
    "admin",
    "adminadmin",
    "adminadminadmin",
    "rootroot",
    "changeme",
    "changemechangeme",
    "letmein",
    "letmeinletmein",
    "welcome",
    "welcomewelcome",
    "iloveyou",
    "iloveyouforever",
    "woaini",
    "woaiwoaiwoai",
    "woaizhongguo",
    "zhongguo",
    "wodemima",
    "mimamimamima",
    "shareway",
    "test",
    "testtesttest",
    "zhengwu",
    "beijing",
    "shanghai",
    "guangzhou",
    "abc",
    "abcabcabc",
    "a",
    "aa",
    "q",
    "qq",
    "qwe",
    "qweasdzxc",
    "asd",
    "zaq12wsx",
    "monkey",
    "dragon",
    "superman",
    "football",
    "sunshine",
    "princess",
    "master",
    "trustno",
    "user",
};

bool Letter(char c) {
  // A byte of a character beyond ASCII belongs to a word as well.
  return absl::ascii_isalpha(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Without the digits and marks at both ends.
absl::string_view Core(absl::string_view text) {
  while (!text.empty() && !Letter(text.front())) text.remove_prefix(1);
  while (!text.empty() && !Letter(text.back())) text.remove_suffix(1);
  return text;
}

absl::Status Refused(absl::string_view why) { return Error::Field("new_password", why); }

}  // namespace

absl::Status CheckPassword(absl::string_view password, const Person& person) {
  const int characters = IsText(password) ? CodePoints(password) : 0;
  if (characters < kMinPasswordCharacters || characters > kMaxPasswordCharacters) {
    return Refused(absl::StrCat("has ", characters, " characters of plain text, want ",
                                kMinPasswordCharacters, " to ", kMaxPasswordCharacters));
  }
  if (std::set<char>(password.begin(), password.end()).size() < 5) {
    return Refused("has less than 5 different characters");
  }
  const std::string lower = absl::AsciiStrToLower(password);
  for (const absl::string_view name :
       {absl::StripPrefix(person.name, "people/"), absl::string_view(person.display_name)}) {
    // A name of one letter would forbid the letter.
    if (name.size() >= 2 && absl::StrContains(lower, absl::AsciiStrToLower(name))) {
      return Refused("holds the person's id or name");
    }
  }
  const absl::string_view core = Core(lower);
  if (core.empty() ||
      std::find(std::begin(kCommon), std::end(kCommon), core) != std::end(kCommon) ||
      std::find(std::begin(kCommon), std::end(kCommon), lower) != std::end(kCommon)) {
    return Refused("is a common password, or one with digits around it");
  }
  return absl::OkStatus();
}

bool PasswordExpired(const Account& account, absl::Time now) {
  return account.password_time && now - *account.password_time >= kPasswordLife;
}

}  // namespace shareway::console
