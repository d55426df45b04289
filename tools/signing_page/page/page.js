// SPDX-License-Identifier: Apache-2.0
// The page around src/: takes one act, from the page that opened this one or from a file, shows
// all of it, and has it signed. Another act needs another opening: what is shown is what is signed.
import { need, Refused, unbase64 } from '../../verifier_page/src/bytes.js';
import { sha256 } from '../../verifier_page/src/signatures.js';
import { readAct } from '../src/act.js';
import { KIND, takeAsked } from '../src/messages.js';
import { partyOf, signAct } from '../src/signed_act.js';
import { visible, visibleBytes } from '../src/visible.js';
import { ACTS, actKey } from './acts.js';
import { LANGUAGES, TEXTS } from './texts.js';

/* global CONTRACT -- what contract.mjs read when the page was built */
const at = (id) => document.getElementById(id);
const { opener } = window;

let language = LANGUAGES.at(-1);
let asked = null; // {act, spki, credential, origin, answer}: what is shown, until the page closes
let shown = null; // redraws the act in another language
let told = null; // redraws the status

const inLanguage = (texts) => texts[LANGUAGES.indexOf(language)];
const say = (key) => inLanguage(TEXTS[key]);

function element(name, ...children) {
  const out = document.createElement(name);
  out.append(...children);
  return out;
}

// Text of an act may turn the direction of what follows; bdi keeps it to itself.
const foreign = (text) => element('bdi', visible(text));

function tell(text, bad = false) {
  told = () => {
    at('status').textContent = text();
    at('status').className = bad ? 'bad' : '';
  };
  told();
}

function tellRefused(refused) {
  if (!(refused instanceof Refused)) throw refused;
  const where = refused.what ? ` (${visible(refused.what)})` : '';
  tell(() => `${say('refused')} ${inLanguage(TEXTS.why[refused.code])}${where}`, true);
}

function timeText({ seconds, nanos }) {
  const date = new Date(Number(seconds) * 1000);
  const local = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' });
  const more = nanos === 0n ? '' : ` + ${nanos} ns`;
  return `${local.format(date)} (${date.toISOString()}${more})`;
}

function valueNode(value) {
  if (value.fields !== undefined) return fieldList(value.fields);
  if (value.text !== undefined) return value.text === '' ? say('empty') : foreign(value.text);
  if (value.bytes !== undefined) return visibleBytes(value.bytes, sha256) || say('empty');
  if (value.flag !== undefined) return say(value.flag ? 'yes' : 'no');
  if (value.time !== undefined) return timeText(value.time);
  return value.word ?? String(value.number);
}

function fieldList(fields) {
  if (fields.length === 0) return document.createTextNode(say('empty'));
  const rows = fields.flatMap(({ name, many, values }) => {
    if (values.length === 0) return [element('dt', name), element('dd', say('empty'))];
    return values.flatMap((value, i) => [
      element('dt', many ? `${name} ${i + 1}/${values.length}` : name),
      element('dd', valueNode(value)),
    ]);
  });
  return element('dl', ...rows);
}

function show(act) {
  const titles = ACTS[actKey(act.method)];
  at('act-title').textContent = titles === undefined ? act.method : inLanguage(titles);
  const facts = [
    ['person', foreign(act.person)], ['method', act.method],
    ['object', act.object === '' ? say('noObject') : foreign(act.object)],
    ['time', timeText({ seconds: BigInt(Math.floor(act.time / 1000)), nanos: 0n })],
    ['asker', asked.origin === null ? say('ownFile') : asked.origin],
    ['digest', visibleBytes(act.digest, sha256)],
  ];
  at('facts').replaceChildren(...facts.flatMap(([key, value]) =>
    [element('dt', say(key)), element('dd', value)]));
  at('fields').replaceChildren(
    act.fields.length === 0 ? say('noFields') : fieldList(act.fields));
}

/** Shows what was asked, once; tells the asker if it cannot be signed. */
function begin(read, origin, answer) {
  try {
    const taken = read();
    const act = readAct(CONTRACT, taken.act, Date.now());
    asked = { ...taken, origin, answer };
    shown = () => show(act);
  } catch (refused) {
    tellRefused(refused);
    answer({ refused: refused.code });
    return;
  }
  shown();
  tell(() => '');
  at('upload').hidden = true;
  at('act').hidden = false;
  at('act-title').focus();
}

function end(answer, text) {
  at('act').hidden = true;
  asked.answer(answer);
  tell(text);
}

function save({ signedAct }) {
  if (signedAct === undefined) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([signedAct]));
  link.download = 'signed-act.bin';
  link.click();
  URL.revokeObjectURL(link.href);
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
  told?.();
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
at('read').addEventListener('change', (event) => { at('sign').disabled = !event.target.checked; });
at('upload').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [file] = at('file').files;
  if (file === undefined || asked !== null) return;
  const act = new Uint8Array(await file.arrayBuffer());
  begin(() => ({ act, spki: unbase64(at('key').value.trim(), 'key'),
                 credential: new Uint8Array(0) }), null, save);
});
at('act').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (asked === null || at('sign').disabled) return;
  at('sign').disabled = true;
  try {
    readAct(CONTRACT, asked.act, Date.now()); // it may have got too old on the screen
    const signedAct = await signAct(asked.act, asked, partyOf(location.hostname),
                                    (options) => navigator.credentials.get(options));
    end({ signedAct }, () => say(asked.origin === null ? 'signedFile' : 'signed'));
  } catch (refused) {
    tellRefused(refused);
    at('sign').disabled = !at('read').checked;
  }
});
at('refuse').addEventListener('click', () => {
  end({ refused: 'declined' }, () => `${say('refused')} ${inLanguage(TEXTS.why.declined)}`);
});

function start() {
  need(window.top === window.self, 'framed');
  partyOf(location.hostname);
  if (opener === null) {
    at('upload').hidden = false;
    return;
  }
  window.addEventListener('message', (event) => {
    // A page without an origin cannot be named, nor be answered alone.
    if (event.source !== opener || event.origin === 'null' || asked !== null) return;
    begin(() => takeAsked(event.data), event.origin,
          (answer) => opener.postMessage({ kind: KIND, ...answer }, event.origin));
  });
  tell(() => say('waiting'));
  opener.postMessage({ kind: KIND, ready: true }, '*');
}

setLanguage(preferredLanguage());
try {
  start();
} catch (refused) {
  tellRefused(refused);
}
