// SPDX-License-Identifier: Apache-2.0
// How an agency's system asks for an entry's data at its own node, as text to be copied
// (exchange.v1 ExchangeService). The key items of the entry stand in the query.
import type { Resource } from '@/gen/shareway/catalog/v1/resource_pb';

export interface CallExample { readonly language: string; readonly code: string }

/** The items by which one record is asked for: the keys, or the first item where there is none. */
function keysOf(entry: Resource): string[] {
  const keys = entry.items.filter((item) => item.key).map((item) => item.id);
  return keys.length > 0 ? keys : entry.items.slice(0, 1).map((item) => item.id);
}

export function callExamples(entry: Resource): CallExample[] {
  const keys = keysOf(entry);
  const where = keys.map((item) => ({ item, operator: 'EQUALS', value: '…' }));
  const query = { grant: 'grants/…', caseNumber: '…', operator: '…', query: { where } };
  const python = keys.map((key) =>
    `    q.query.where.add(item='${key}', operator=Condition.EQUALS, value='…')`).join('\n');
  return [
    { language: 'grpcurl', code: [
      'grpcurl -cacert ca.crt -cert tls.crt -key tls.key -d @ NODE:PORT \\',
      `  shareway.exchange.v1.ExchangeService/Query <<'JSON'`,
      JSON.stringify(query, null, 2), 'JSON'].join('\n') },
    { language: 'Python', code: [
      'import grpc',
      'from shareway.evidence.v1.exchange_pb2 import Condition',
      'from shareway.exchange.v1.exchange_service_pb2 import QueryRequest, QueryResponse', '',
      'def read(path):', "    with open(path, 'rb') as file:", '        return file.read()', '',
      "tls = grpc.ssl_channel_credentials(read('ca.crt'), read('tls.key'), read('tls.crt'))",
      "with grpc.secure_channel('NODE:PORT', tls) as channel:",
      "    q = QueryRequest(grant='grants/…', case_number='…', operator='…')", python,
      "    ask = channel.unary_unary('/shareway.exchange.v1.ExchangeService/Query',",
      '                              QueryRequest.SerializeToString, QueryResponse.FromString)',
      '    print(ask(q, timeout=20).answer)'].join('\n') },
    { language: 'Go', code: [
      'conn, err := grpc.NewClient("NODE:PORT", grpc.WithTransportCredentials(tlsCredentials))',
      'if err != nil { return err }', 'defer conn.Close()', 'answer := &exchangev1.QueryResponse{}',
      'err = conn.Invoke(ctx, "/shareway.exchange.v1.ExchangeService/Query", &exchangev1.QueryRequest{',
      '  Grant: "grants/…", CaseNumber: "…", Operator: "…",',
      '  Query: &evidencev1.Query{Where: []*evidencev1.Condition{',
      ...keys.map((key) => `    {Item: "${key}", Operator: evidencev1.Condition_EQUALS, Value: "…"},`),
      '  }},', '}, answer)'].join('\n') },
  ];
}
