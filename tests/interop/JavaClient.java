// SPDX-License-Identifier: Apache-2.0
// A stock gRPC client in Java against a running node: what an agency's system would write.
// Prints one JSON object with what it saw; exits 1 on any surprise.
//
// Usage: JavaClient IDENTITY_DIR NODE GRANT KEY_ITEM KEY_VALUE

import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.LocalizedMessage;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import shareway.evidence.v1.Exchange.Condition;
import shareway.evidence.v1.Exchange.Query;
import shareway.evidence.v1.Exchange.RecordBatch;
import shareway.exchange.v1.ExchangeServiceGrpc;
import shareway.exchange.v1.ExchangeServiceGrpc.ExchangeServiceBlockingStub;
import shareway.exchange.v1.ExchangeServiceOuterClass.ListGrantsRequest;
import shareway.exchange.v1.ExchangeServiceOuterClass.QueryRequest;

/** One query, one list and one refused query. */
public final class JavaClient {
  private JavaClient() {}

  // Trusts the installation's authority and shows the system's certificate.
  private static ChannelCredentials credentialsOf(String home) throws IOException {
    return TlsChannelCredentials.newBuilder()
        .trustManager(new File(home, "ca.crt"))
        .keyManager(new File(home, "tls.crt"), new File(home, "tls.key"))
        .build();
  }

  private static JsonObject recordOf(RecordBatch batch) {
    JsonObject record = new JsonObject();
    for (int i = 0; i < batch.getItemsCount(); ++i) {
      record.addProperty(batch.getItems(i), batch.getRecords(0).getCells(i).getText());
    }
    return record;
  }

  private static void addRefusal(StatusRuntimeException refusal, JsonObject seen)
      throws IOException {
    seen.addProperty("code", refusal.getStatus().getCode().name());
    for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo error = detail.unpack(ErrorInfo.class);
        seen.addProperty("reason", error.getReason());
        seen.addProperty("domain", error.getDomain());
      } else if (detail.is(LocalizedMessage.class)) {
        seen.addProperty("locale", detail.unpack(LocalizedMessage.class).getLocale());
      }
    }
  }

  private static JsonObject talk(ExchangeServiceBlockingStub stub, String[] words)
      throws IOException {
    QueryRequest request =
        QueryRequest.newBuilder()
            .setGrant(words[2])
            .setOperator("P-0001")
            .setCaseNumber("演示2026-000200")
            .setQuery(
                Query.newBuilder()
                    .addWhere(
                        Condition.newBuilder()
                            .setItem(words[3])
                            .setOperator(Condition.Operator.EQUALS)
                            .setValue(words[4])))
            .build();
    JsonObject seen = new JsonObject();
    seen.add("record", recordOf(stub.query(request).getAnswer().getBatch()));
    seen.addProperty(
        "grants", stub.listGrants(ListGrantsRequest.getDefaultInstance()).getGrantsCount());

    Metadata chinese = new Metadata();
    chinese.put(Metadata.Key.of("accept-language", Metadata.ASCII_STRING_MARSHALLER), "zh-Hans");
    Query wider = request.getQuery().toBuilder().addItems("no_such_item").build();
    try {
      stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(chinese))
          .query(request.toBuilder().setQuery(wider).build());
      throw new IllegalStateException("an item outside the grant was answered");
    } catch (StatusRuntimeException refusal) {
      addRefusal(refusal, seen);
    }
    return seen;
  }

  public static void main(String[] words) throws Exception {
    ManagedChannel channel = Grpc.newChannelBuilder(words[1], credentialsOf(words[0])).build();
    try {
      JsonObject seen =
          talk(ExchangeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS),
              words);
      new PrintStream(System.out, true, StandardCharsets.UTF_8.name()).println(seen);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
