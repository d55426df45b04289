// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_catalog/corpus.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace shareway::bench {
namespace {

std::vector<std::string> Split(const std::string& text) { return absl::StrSplit(text, ' '); }

const std::vector<std::string>& Areas() {
  static const auto* const words = new std::vector<std::string>(Split(
      "江北 江南 河东 河西 城关 新城 临海 安平 永定 太平 青山 白云 东湖 西湖 南山 北辰 长宁 顺德 "
      "龙泉 凤翔 金沙 银川 玉溪 石门 松江 柳林 梅州 桃源 竹溪 兰亭 荷塘 菊园"));
  return *words;
}

const std::vector<std::string>& Subjects() {
  static const auto* const words = new std::vector<std::string>(Split(
      "户籍 婚姻 社保 医疗 住房 税务 车辆 土地 企业 学历 就业 养老 残疾 低保 环保 水利 气象 交通 "
      "消防 食品 药品 工程 信用 许可 处罚 专利 海关 外汇 统计 农业 林业 渔业 矿产 能源 电力 燃气 "
      "供水 排污 道路 桥梁 港口 航空 邮政 通信 文化 体育 旅游 殡葬"));
  return *words;
}

const std::vector<std::string>& Objects() {
  static const auto* const words = new std::vector<std::string>(Split(
      "登记 证照 名录 台账 档案 年报 备案 审批 检查 监测 评价 统计 缴费 补贴 救助 培训 抽检 验收 "
      "投诉 公示 变更 注销 抵押 查封 处置 规划 预算 决算 招标 合同 资质 认证"));
  return *words;
}

// SplitMix64.
uint64_t Mixed(uint64_t n) {
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

const std::string& Pick(const std::vector<std::string>& words, uint64_t n) {
  return words[n % words.size()];
}

}  // namespace

catalog::Entry EntryOf(uint64_t n) {
  const uint64_t dice = Mixed(n);
  catalog::Entry entry;
  entry.code = absl::StrFormat("306002/%06d", n);
  entry.title = absl::StrCat(Pick(Areas(), dice), Pick(Subjects(), dice >> 16),
                             Pick(Objects(), dice >> 32), "信息");
  entry.provider = absl::StrCat("agencies/a", dice % 1000);
  entry.abstract = absl::StrCat("记载", Pick(Objects(), dice >> 40), "与",
                                Pick(Subjects(), dice >> 48), "情况。");
  entry.declared_class = static_cast<catalog::ShareClass>(1 + (dice >> 56) % 3);
  const uint64_t more = Mixed(dice);
  entry.division = absl::StrFormat("99%02d%02d", more % 20, (more >> 8) % 10);
  entry.format = static_cast<catalog::ResourceFormat>(1 + (more >> 16) % 7);
  entry.update_cycle = static_cast<catalog::UpdateCycle>(1 + (more >> 24) % 9);
  for (int i = 0; i < 4; ++i) {
    entry.items.push_back({.id = absl::StrCat("i", i),
                           .name = absl::StrCat(Pick(Subjects(), more >> (32 + 8 * i)),
                                                Pick(Objects(), more >> (36 + 6 * i)), "编号"),
                           .type = catalog::ItemType::kText,
                           .grading = static_cast<catalog::Grading>(1 + (more >> (28 + i)) % 3)});
  }
  return entry;
}

std::string BigramsOf(const std::string& text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    if (characters.empty() || (static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      characters.emplace_back();
    }
    characters.back() += c;
  }
  std::string bigrams;
  for (size_t i = 0; i + 1 < characters.size(); ++i) {
    absl::StrAppend(&bigrams, i == 0 ? "" : " ", characters[i], characters[i + 1]);
  }
  return bigrams;
}

std::vector<FixedQuery> ReadQueries(const std::string& path) {
  std::ifstream file(path);
  std::vector<FixedQuery> queries;
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 3 || line[0] == '#') continue;
    queries.push_back({.words = line.substr(2), .share_class = line[0] - '0'});
  }
  return queries;
}

}  // namespace shareway::bench
