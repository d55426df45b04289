#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stock gRPC client in Python against a running node: what an agency's system
would write. Prints one JSON object with what it saw; exits 1 on any surprise.

Usage: python_client.py PROTO_DIR IDENTITY_DIR NODE CATALOG GRANT KEY_ITEM KEY_VALUE
"""

import json
import pathlib
import subprocess
import sys
import tempfile


def generate(proto_dir, out):
    """Compiles the contracts with Debian's own compilers."""
    root = pathlib.Path(proto_dir)
    files = [str(p.relative_to(root)) for p in root.rglob("*.proto")]
    subprocess.run(["protoc", "-I", proto_dir, f"--python_out={out}", f"--grpc_out={out}",
                    "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin", *files], check=True)
    # Debian's Python has google.protobuf; ours adds google.rpc beside it.
    google = pathlib.Path(out) / "google"
    (google / "rpc").rename(pathlib.Path(out) / "rpc_details")


def main():
    proto_dir, identity, node, catalog, grant, item, value = sys.argv[1:8]
    with tempfile.TemporaryDirectory() as out:
        generate(proto_dir, out)
        sys.path.insert(0, out)
        return talk(pathlib.Path(identity), node, catalog, grant, item, value)


def talk(home, node, catalog, grant, item, value):
    import grpc  # pylint: disable=import-outside-toplevel
    sys.path.insert(0, str(pathlib.Path(sys.path[0]) / "rpc_details"))
    import error_details_pb2  # pylint: disable=import-outside-toplevel,import-error
    import status_pb2  # pylint: disable=import-outside-toplevel,import-error
    # pylint: disable=import-outside-toplevel,import-error
    from shareway.catalog.v1 import catalog_service_pb2_grpc, search_pb2
    from shareway.evidence.v1 import exchange_pb2
    from shareway.exchange.v1 import exchange_service_pb2, exchange_service_pb2_grpc

    credentials = grpc.ssl_channel_credentials((home / "ca.crt").read_bytes(),
                                               (home / "tls.key").read_bytes(),
                                               (home / "tls.crt").read_bytes())
    seen = {}
    with grpc.secure_channel(node, credentials) as channel:
        stub = exchange_service_pb2_grpc.ExchangeServiceStub(channel)
        request = exchange_service_pb2.QueryRequest(
            grant=grant, operator="P-0001", case_number="演示2026-000200",
            query=exchange_pb2.Query(where=[exchange_pb2.Condition(
                item=item, operator=exchange_pb2.Condition.EQUALS, value=value)]))
        answer = stub.Query(request, timeout=10)
        batch = answer.answer.batch
        seen["record"] = {i: c.text for i, c in zip(batch.items, batch.records[0].cells)}
        seen["grants"] = len(stub.ListGrants(exchange_service_pb2.ListGrantsRequest(),
                                             timeout=10).grants)
        request.query.items.append("no_such_item")
        try:
            stub.Query(request, timeout=10, metadata=(("accept-language", "zh-Hans"),))
            return 1
        except grpc.RpcError as error:
            seen["code"] = error.code().name
            details = dict(error.trailing_metadata()).get("grpc-status-details-bin")
            status = status_pb2.Status.FromString(details)
            for any_detail in status.details:
                info = error_details_pb2.ErrorInfo()
                if any_detail.Is(info.DESCRIPTOR):
                    any_detail.Unpack(info)
                    seen["reason"], seen["domain"] = info.reason, info.domain
                localized = error_details_pb2.LocalizedMessage()
                if any_detail.Is(localized.DESCRIPTOR):
                    any_detail.Unpack(localized)
                    seen["locale"], seen["localized"] = localized.locale, localized.message
    with grpc.secure_channel(catalog, credentials) as channel:
        stub = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        hits = stub.SearchResources(search_pb2.SearchResourcesRequest(query="区划"),
                                    timeout=10).hits
        seen["title"] = hits[0].resource.title
    print(json.dumps(seen, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
