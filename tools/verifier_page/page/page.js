// SPDX-License-Identifier: Apache-2.0
// The page around src/: takes a pack and keys, shows entry by entry what verified.
import { Refused } from '../src/bytes.js';
import { verifierKeysIn } from '../src/note.js';
import { openPack } from '../src/pack.js';
import { KINDS } from './kinds.js';
import { LANGUAGES, TEXTS } from './texts.js';

const at = (id) => document.getElementById(id);
const rows = document.querySelector('#entries tbody');
const SLICE_MS = 40; // work between two chances for the browser to draw
const SUITES = { 1: 'P-256 · SHA-256', 2: 'SM2 · SM3' };

let language = LANGUAGES.at(-1);
let dropped = null; // a file that was dropped instead of chosen
let shown = null; // redraws the result in another language
let round = 0; // the verification whose result may be shown

const say = (key) => TEXTS[key][LANGUAGES.indexOf(language)];
const why = (refused) => TEXTS.why[refused.code][LANGUAGES.indexOf(language)];

function element(name, text = '', className = '') {
  const out = document.createElement(name);
  out.className = className;
  // Text of a record may turn the direction of what follows; bdi keeps it to itself.
  if (text !== '') out.append(Object.assign(document.createElement('bdi'), { textContent: text }));
  return out;
}

function list(items) {
  const out = document.createElement('ul');
  for (const item of items) out.append(element('li', item));
  return out;
}

function timeOf(record) {
  const seconds = BigInt.asIntN(64, record.time?.seconds ?? 0n);
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(date);
}

function kindOf(record) {
  const names = KINDS[Number(record.kind)];
  return names === undefined ? String(record.kind) : names[LANGUAGES.indexOf(language)];
}

function rowOf(entry) {
  const { record } = entry;
  const row = document.createElement('tr');
  const number = element('th', String(entry.index));
  number.scope = 'row';
  const names = [...record.agencies, record.resource, record.request, record.grant,
                 record.exchange, record.object, record.reason].filter((name) => name !== '');
  const about = document.createElement('td');
  about.append(list(names));
  const signatures = document.createElement('td');
  signatures.append(list(entry.signatures.map((one) =>
    `${TEXTS.role[one.role][LANGUAGES.indexOf(language)]}: ${SUITES[one.suite]}, ` +
    `keys/${one.keyId.slice(0, 32)}`)));
  row.append(number, element('td', kindOf(record)), element('td', timeOf(record)),
             element('td', record.producer), about, signatures,
             element('td', say('verified'), 'good'));
  return row;
}

function failedRow(refused) {
  const row = document.createElement('tr');
  const number = element('th', String(refused.entry));
  number.scope = 'row';
  const reason = element('td', why(refused));
  reason.colSpan = 5;
  row.append(number, reason, element('td', say('failed'), 'bad'));
  return row;
}

function showHead(pack) {
  const facts = [
    ['origin', pack.origin], ['size', String(pack.size)],
    ['root', Array.from(pack.root, (b) => b.toString(16).padStart(2, '0')).join('')],
    ['witnesses', pack.witnesses.length === 0
      ? say('noWitness') : [...new Set(pack.witnesses.map((one) => one.name))].join(', ')],
  ];
  at('head').replaceChildren(...facts.flatMap(([key, value]) =>
    [element('dt', say(key)), element('dd', value)]));
}

/** What is known of a verification: the pack if it opened, entries that hold, what refused. */
function show({ pack, entries, refused }) {
  const good = refused === null;
  at('result').hidden = false;
  at('result').className = good ? 'good' : 'bad';
  at('verdict').textContent = good
    ? say('yes').replace('{n}', entries.length)
    : refused.entry === null ? say('no') : say('noEntry').replace('{n}', refused.entry);
  const what = good || !refused.what ? '' : ` (${TEXTS.role[refused.what]?.[
    LANGUAGES.indexOf(language)] ?? refused.what})`;
  at('reason').textContent = good ? '' : why(refused) + what;
  at('head').replaceChildren();
  if (pack !== null) showHead(pack);
  rows.replaceChildren(...entries.map(rowOf));
  if (!good && refused.entry !== null) rows.append(failedRow(refused));
  document.querySelector('.wide').hidden = rows.childElementCount === 0;
}

async function verify(file, keys) {
  const mine = ++round;
  const result = { pack: null, entries: [], refused: null };
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const pack = openPack(bytes, keys);
    result.pack = pack;
    let drawn = performance.now();
    for (const entry of pack.entries) {
      result.entries.push(entry);
      if (performance.now() - drawn < SLICE_MS) continue;
      at('status').textContent = say('progress').replace('{n}', result.entries.length)
        .replace('{of}', pack.count);
      await new Promise((resume) => setTimeout(resume));
      if (mine !== round) return;
      drawn = performance.now();
    }
  } catch (refused) {
    if (refused instanceof Refused) {
      result.refused = refused;
    } else if (refused instanceof DOMException) {
      result.refused = new Refused('unreadable'); // the file went away
    } else {
      throw refused;
    }
  }
  if (mine !== round) return;
  shown = () => show(result);
  shown();
  at('status').textContent = '';
  at('verdict').focus();
}

function setLanguage(wanted) {
  language = wanted;
  document.documentElement.lang = wanted;
  document.title = say('title');
  at('language').value = wanted;
  for (const node of document.querySelectorAll('[data-text]')) {
    node.textContent = say(node.dataset.text);
  }
  shown?.();
}

function preferredLanguage() {
  for (const wish of navigator.languages) {
    if (/^zh\b.*\b(Hant|TW|HK|MO)\b/i.test(wish)) return 'zh-Hant';
    if (/^zh\b/i.test(wish)) return 'zh-Hans';
    if (/^en\b/i.test(wish)) return 'en';
  }
  return 'zh-Hans';
}

at('language').addEventListener('change', (event) => setLanguage(event.target.value));
at('key-file').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  if (file !== undefined) at('keys').value = await file.text();
});
at('pack').addEventListener('change', () => { dropped = null; });
for (const name of ['dragover', 'dragleave', 'drop']) {
  // Anywhere on the page: a file dropped beside the field must not replace the page.
  document.addEventListener(name, (event) => {
    event.preventDefault();
    at('drop').classList.toggle('over', name === 'dragover');
    if (name !== 'drop' || event.dataTransfer.files.length === 0) return;
    [dropped] = event.dataTransfer.files;
    at('pack').required = false;
    at('status').textContent = say('chosen').replace('{name}', dropped.name);
  });
}
at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = event.target.querySelector('button');
  const file = dropped ?? at('pack').files[0];
  if (file === undefined) return;
  button.disabled = true;
  try {
    await verify(file, verifierKeysIn(at('keys').value));
  } finally {
    button.disabled = false;
  }
});
setLanguage(preferredLanguage());
