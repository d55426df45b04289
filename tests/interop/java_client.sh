#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds or runs the stock client in Java with Debian's packages alone, without network.
#
#   java_client.sh build PROTO_DIR WORK_DIR PROTO_FILE...
#   java_client.sh run WORK_DIR WORDS...
#
# Two things about Debian 12 that a client there has to know:
# - Its netty is built without the JDK's ALPN (JdkSslContext.toNegotiator answers
#   "JDK provider does not support ALPN protocol"), so TLS goes through netty-tcnative and OpenSSL.
# - libnetty-tcnative-jni installs libnetty-tcnative.so, and netty asks for netty_tcnative with the
#   underscore and accepts no other name. A link of that name where netty looks among its resources
#   is enough.
set -euo pipefail
verb=$1
shift

jars=()
for name in grpc-{api,context,core,netty,protobuf,protobuf-lite,stub} protobuf guava gson \
  perfmark-api proto-google-common-protos geronimo-annotation-1.3-spec \
  netty-{buffer,codec,codec-http,codec-http2,common,handler,handler-proxy,resolver,transport} \
  netty-tcnative netty-transport-native-unix-common; do
  jars+=("/usr/share/java/$name.jar")
done
class_path=$(IFS=:; echo "${jars[*]}")

build() {
  local proto=$1 work=$2 here native
  shift 2
  here=$(cd "$(dirname "$0")" && pwd)
  rm -rf "$work"
  mkdir -p "$work/src" "$work/classes" "$work/native/META-INF/native"
  protoc -I "$proto" --plugin=protoc-gen-grpc-java=/usr/bin/grpc_java_plugin \
    --java_out="$work/src" --grpc-java_out="$work/src" "$@"
  find "$work/src" -name '*.java' >"$work/sources"
  javac -nowarn -proc:none -encoding UTF-8 -cp "$class_path" -d "$work/classes" \
    "@$work/sources" "$here/JavaClient.java"
  native=$(find /usr/lib/*/jni -name libnetty-tcnative.so)
  ln -s "$native" "$work/native/META-INF/native/libnetty_tcnative.so"
}

run() {
  local work=$1
  shift
  exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$work/classes:$work/native:$class_path" \
    JavaClient "$@"
}

case $verb in
  build | run) "$verb" "$@" ;;
  *) echo "java_client.sh: want build or run, not $verb" >&2; exit 2 ;;
esac
