// SPDX-License-Identifier: Apache-2.0
// Chance that a seed repeats, and the ways to spoil bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace shareway::evidence {

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  // In [0, n).
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  template <typename List>
  auto& Pick(List& list) {
    return list[Below(std::size(list))];
  }

  // Does one of `ways`.
  void DoOne(const std::vector<std::function<void()>>& ways) { ways[Below(ways.size())](); }

  std::string Random(size_t n) {
    std::string s(n, '\0');
    for (char& c : s) c = static_cast<char>(Below(256));
    return s;
  }

  // A bit flipped, or bytes removed, doubled, put in or cut off.
  std::string Spoil(std::string s) {
    const size_t at = s.empty() ? 0 : Below(s.size());
    const size_t n = Below(8);
    switch (Below(s.empty() ? 1 : 6)) {
      case 0:
        return s.insert(at, 1, static_cast<char>(Below(256)));
      case 1:
        return s.erase(at, 1 + n);
      case 2:
        return s.insert(at, s.substr(at, 1 + n));
      case 3:
        return s.substr(0, at);
      default:
        s[at] = static_cast<char>(s[at] ^ (1 << Below(8)));
        return s;
    }
  }

  // Fields that no record has, well and badly formed: groups, fixed numbers,
  // numbers too long, a field 0, an end without a start, text that is not UTF-8.
  std::string OddField() {
    static const std::vector<std::string> kFields = {
        std::string("\xfb\x01\x08\x01\xfc\x01", 6),
        std::string("\xfb\x01\x08\x01\xf4\x01", 6),
        "\xfb\x01",
        "\xfc\x01",
        std::string("\xf9\x01\0\0\0\0\0\0\0\0", 10),
        std::string("\xfd\x01\0\0\0", 5),
        std::string("\0\x01", 2),
        "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        std::string("\xa8\x80\x80\x80\x00\x07", 6),
        std::string("\xa8\x80\x80\x80\x80\x00\x07", 7),
        "\x1a\x01\xff",
        std::string("\x1a\x02\xc3\xa4", 4),
        "\x1a\xff\xff\xff\xff\x07",
        std::string("\xca\x01\x00", 3),
        std::string("\xda\x01\x02\x08\x01", 5),
        std::string("\x1a\x03\xed\xa0\x80", 5),  // half of a surrogate pair
        std::string("\x1a\x02\xc0\x80", 4),      // an overlong NUL
        std::string("\x1a\x01\0", 3),
        std::string("\x3a\x00", 2),
        std::string("\x32\x02\xff\xff", 4),  // a time that does not parse
        std::string("\x32\x04\x12\x02\x08\x01", 6),
        std::string("\x8a\x01\x05wrong", 8),
        std::string("\x8a\x80\x00\x00", 4),
        "\x7e",
        "\x7f",
        std::string(99, '\x33') + std::string(99, '\x34'),
        std::string(101, '\x33') + std::string(101, '\x34')};
    return Pick(kFields);
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace shareway::evidence
