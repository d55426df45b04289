#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the stock client in Go from Debian's packages alone, without network.
#
#   go_client.sh PROTO_DIR WORK_DIR PROTO_FILE...
#
# Writes WORK_DIR/go_client. The contracts name no Go package: each folder of PROTO_FILEs becomes
# the import path of its name, as an agency would choose its own.
set -euo pipefail
proto=$1 work=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

files=()
packages=()
for file in "$@"; do
  [[ $file == google/* ]] && continue  # golang-google-genproto-dev has them
  files+=("$file")
  folder=$(dirname "$file")
  # policy.proto lies above the versioned folders, as a package of its own.
  [[ $folder == */* ]] || folder=${file%.proto}
  packages+=("--go_opt=M$file=$folder" "--go-grpc_opt=M$file=$folder")
done
rm -rf "$work/src/shareway"
mkdir -p "$work/src"
protoc -I "$proto" --go_out="$work/src" --go-grpc_out="$work/src" "${packages[@]}" "${files[@]}"

# GOPATH mode: Debian's libraries lie in /usr/share/gocode.
export GO111MODULE=off GOPATH="$work:/usr/share/gocode" GOCACHE="$work/cache" GOFLAGS='' \
  CGO_ENABLED=0
go build -o "$work/go_client" "$here/go_client.go"
