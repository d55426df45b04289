// SPDX-License-Identifier: Apache-2.0
// A stock gRPC client in Node.js against a running node: what an agency's system would write.
// Prints one JSON object with what it saw; exits 1 on any surprise.
//
// Usage: node_client.mjs PROTO_DIR IDENTITY_DIR NODE CATALOG GRANT KEY_ITEM KEY_VALUE
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const [protoDir, home, node, catalog, grant, item, value] = process.argv.slice(2);

function load(file) {
  const definition = loader.loadSync(file, {
    includeDirs: [protoDir], keepCase: true, enums: String, longs: String, defaults: true,
  });
  return grpc.loadPackageDefinition(definition).shareway;
}

// One unary call as a promise.
function call(stub, method, request, headers = {}) {
  const metadata = new grpc.Metadata();
  for (const [name, text] of Object.entries(headers)) metadata.set(name, text);
  const deadline = Date.now() + 10_000;
  return new Promise((resolve, reject) => {
    stub[method](request, metadata, { deadline },
      (error, response) => (error ? reject(error) : resolve(response)));
  });
}

// The details of google.rpc.Status that a failed call carries, by type.
function detailsOf(error) {
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => path.join(protoDir, target);
  root.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto'], { keepCase: true });
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const found = {};
  for (const any of root.lookupType('google.rpc.Status').decode(bytes).details) {
    const name = any.type_url.split('/').pop();
    found[name] = root.lookupType(name).decode(any.value);
  }
  return found;
}

// The first grant that the node tells a watcher of.
function firstOf(stub) {
  return new Promise((resolve, reject) => {
    const stream = stub.WatchMyGrants({}, { deadline: Date.now() + 10_000 });
    stream.on('data', (message) => {
      resolve(message);
      stream.cancel();
    });
    stream.on('error', reject); // of the cancel, too, which nobody hears any more
    stream.on('end', () => reject(new Error('the stream ended')));
  });
}

const file = (name) => readFileSync(path.join(home, name));
const credentials =
  grpc.credentials.createSsl(file('ca.crt'), file('tls.key'), file('tls.crt'));

const { exchange } = load('shareway/exchange/v1/exchange_service.proto');
const stub = new exchange.v1.ExchangeService(node, credentials);
const seen = {};

const request = {
  grant, operator: 'P-0001', case_number: '演示2026-000200',
  query: { where: [{ item, operator: 'EQUALS', value }] },
};
const answer = await call(stub, 'Query', request);
const { items, records } = answer.answer.batch;
seen.record = Object.fromEntries(items.map((id, i) => [id, records[0].cells[i].text]));
seen.grants = (await call(stub, 'ListGrants', {})).grants.length;
const report = await call(stub, 'GetExchange', { exchange: answer.exchange });
seen.received = report.received;
seen.method = report.method;
const watched = await firstOf(stub);
seen.watched = { grant: watched.grant.name === grant, usable: watched.usable };

request.query.items = ['no_such_item'];
try {
  await call(stub, 'Query', request, { 'accept-language': 'zh-Hans' });
  process.exit(1);
} catch (error) {
  seen.code = grpc.status[error.code];
  const details = detailsOf(error);
  seen.reason = details['google.rpc.ErrorInfo'].reason;
  seen.domain = details['google.rpc.ErrorInfo'].domain;
  seen.locale = details['google.rpc.LocalizedMessage'].locale;
}

const catalogStub = new (load('shareway/catalog/v1/catalog_service.proto').catalog.v1.CatalogService)(
  catalog, credentials);
const hits = await call(catalogStub, 'SearchResources', { query: '区划' });
seen.title = hits.hits[0].resource.title;
console.log(JSON.stringify(seen));
process.exit(0);
