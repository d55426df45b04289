// SPDX-License-Identifier: Apache-2.0
// Reads an export as DCAT by a stock JSON-LD processor, and asks no network. Prints a JSON object:
//   contexts      addresses that the processor wanted to fetch
//   undefined     predicates and classes that their vocabularies do not define
//   misused       predicates with a literal where the vocabulary wants a thing, or the reverse
//   catalogs      how many catalogues
//   datasets      by IRI, what is said of each: {predicate: [value, …]}
// A value is text, text@language, text^^datatype or <IRI>, or, of what the file itself describes,
// an object of the same form. Exits 1 on anything that JSON-LD would drop without a word.
//
// Usage: dcat_reader.mjs FILE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import jsonld from 'jsonld';

const require = createRequire(import.meta.url);
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const RDFS = 'http://www.w3.org/2000/01/rdf-schema#';
const XSD = 'http://www.w3.org/2001/XMLSchema#';
const DCAT = 'http://www.w3.org/ns/dcat#';
const DCAM = 'http://purl.org/dc/dcam/';
// Of DCAT 3; the vocabulary that npm has is that of DCAT 2.
const SINCE_DCAT_3 = [`${DCAT}version`];

// What the vocabularies say: the terms that they define, and whether those take literals or things.
async function vocabularies(names) {
  const defined = new Set([`${RDF}type`, ...SINCE_DCAT_3]);
  const literal = new Map(SINCE_DCAT_3.map((term) => [term, true]));
  for (const name of names) {
    const quads = readFileSync(require.resolve(`@vocabulary/${name}/${name}.nq`), 'utf8');
    const graphs = await jsonld.fromRDF(quads, { format: 'application/n-quads' });
    for (const term of graphs.flatMap((graph) => graph['@graph'] ?? [graph])) {
      if (term['@type'] === undefined) continue;
      defined.add(term['@id']);
      const ranges = [`${RDFS}range`, `${DCAM}rangeIncludes`]
        .flatMap((predicate) => term[predicate] ?? []).map((range) => range['@id']);
      if (ranges.length === 0) continue;
      literal.set(term['@id'],
        ranges.some((range) => range === `${RDFS}Literal` || range.startsWith(XSD)));
    }
  }
  return { defined, literal };
}

const contexts = [];
const options = {
  safe: true,
  documentLoader: (url) => {
    contexts.push(url);
    throw new Error(`${url} is not fetched`);
  },
};
const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const expanded = await jsonld.expand(document, options);
const quads = await jsonld.toRDF(expanded, options);
const { defined, literal } = await vocabularies(['dcat', 'dcterms', 'foaf', 'skos']);

const undefinedTerms = new Set();
const misused = new Set();
const said = new Map();
for (const { subject, predicate, object } of quads) {
  const term = predicate.value;
  if (!defined.has(term)) undefinedTerms.add(term);
  if (term === `${RDF}type` && !defined.has(object.value)) undefinedTerms.add(object.value);
  if (literal.has(term) && literal.get(term) !== (object.termType === 'Literal')) {
    misused.add(term);
  }
  if (!said.has(subject.value)) said.set(subject.value, []);
  said.get(subject.value).push({ term, object });
}

function valueOf(object) {
  if (object.termType === 'Literal') {
    if (object.language) return `${object.value}@${object.language}`;
    const type = object.datatype.value;
    return type === `${XSD}string` ? object.value : `${object.value}^^${type}`;
  }
  return said.has(object.value) ? described(object) : `<${object.value}>`;
}

function described(node) {
  const all = node.termType === 'BlankNode' ? {} : { '@id': node.value };
  for (const { term, object } of said.get(node.value)) (all[term] ??= []).push(valueOf(object));
  return all;
}

const ofType = (type) => quads
  .filter(({ predicate, object }) => predicate.value === `${RDF}type` && object.value === type)
  .map(({ subject }) => subject);
const listed = new Set(quads.filter(({ predicate }) => predicate.value === `${DCAT}dataset`)
  .map(({ object }) => object.value));
console.log(JSON.stringify({
  contexts,
  undefined: [...undefinedTerms],
  misused: [...misused],
  catalogs: ofType(`${DCAT}Catalog`).length,
  datasets: Object.fromEntries(ofType(`${DCAT}Dataset`).filter(({ value }) => listed.has(value))
    .map((node) => [node.value, described(node)])),
}));
