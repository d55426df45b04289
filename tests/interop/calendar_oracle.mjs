// SPDX-License-Identifier: Apache-2.0
// Every day of 2024 to 2026 against the npm package chinese-days: is it a working day?
//   node calendar_oracle.mjs BINARY   where BINARY is the command `shareway`
// Ours are taken from the command itself: from one working day it finds the next. Where the two
// differ the State Council's notice wins, and the day stands in `noticed` with what it says.
import { execFileSync } from "node:child_process";
import chineseDays from "chinese-days";

const noticed = new Map([]);

const day = (date) => date.toISOString().slice(0, 10);
const after = (text, days) => day(new Date(Date.parse(text) + days * 86_400_000));

const shareway = process.argv[2];
const next = (from) => {
  const printed = execFileSync(shareway, ["calendar", "due", "--from", from, "--days", "1"],
                               { encoding: "utf8" }).trim();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(printed)) throw new Error(`${from}: printed ${printed}`);
  return printed;
};

const ours = new Set();
// 2026-12-31 is a working day: the next one would need the calendar of 2027.
for (let at = next("2023-12-31"); ; at = next(at)) {
  ours.add(at);
  if (at === "2026-12-31") break;
}

let compared = 0;
const differ = [];
for (let at = "2024-01-01"; at <= "2026-12-31"; at = after(at, 1)) {
  const says = noticed.has(at) ? noticed.get(at) : chineseDays.isWorkday(at);
  if (says !== ours.has(at)) differ.push(at);
  ++compared;
}
console.log(`${compared} days compared, ${ours.size} working days, ${noticed.size} by notice alone`);
if (compared !== 1096 || differ.length > 0) {
  console.error(`they differ on ${differ.join(", ")}`);
  process.exit(1);
}
