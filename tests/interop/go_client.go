// SPDX-License-Identifier: Apache-2.0

// A stock gRPC client in Go against a running node: what an agency's system would write.
// Prints one JSON object with what it saw; exits 1 on any surprise.
//
// Usage: go_client IDENTITY_DIR NODE GRANT KEY_ITEM KEY_VALUE
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	evidence "shareway/evidence/v1"
	exchange "shareway/exchange/v1"
)

// seen is what the test compares.
type seen struct {
	Record map[string]string `json:"record"`
	Grants int               `json:"grants"`
	Code   string            `json:"code"`
	Reason string            `json:"reason"`
	Domain string            `json:"domain"`
	Locale string            `json:"locale"`
}

// credentialsOf trusts the installation's authority and shows the system's certificate.
func credentialsOf(home string) credentials.TransportCredentials {
	pair, err := tls.LoadX509KeyPair(filepath.Join(home, "tls.crt"), filepath.Join(home, "tls.key"))
	if err != nil {
		log.Fatal(err)
	}
	authority, err := os.ReadFile(filepath.Join(home, "ca.crt"))
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		log.Fatal("ca.crt holds no certificate")
	}
	return credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots})
}

// codeName writes a code as google.rpc.Code does: grpc-go says PermissionDenied.
func codeName(code codes.Code) string {
	var name strings.Builder
	for i, letter := range code.String() {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(letter)
	}
	return strings.ToUpper(name.String())
}

func main() {
	log.SetFlags(0)
	home, node, grant, item, value := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	connection, err := grpc.Dial(node, grpc.WithTransportCredentials(credentialsOf(home)))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	stub := exchange.NewExchangeServiceClient(connection)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()

	request := &exchange.QueryRequest{
		Grant: grant, Operator: "P-0001", CaseNumber: "演示2026-000200",
		Query: &evidence.Query{Where: []*evidence.Condition{
			{Item: item, Operator: evidence.Condition_EQUALS, Value: value}}},
	}
	answer, err := stub.Query(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	batch := answer.GetAnswer().GetBatch()
	saw := seen{Record: map[string]string{}}
	for i, id := range batch.GetItems() {
		saw.Record[id] = batch.GetRecords()[0].GetCells()[i].GetText()
	}
	grants, err := stub.ListGrants(ctx, &exchange.ListGrantsRequest{})
	if err != nil {
		log.Fatal(err)
	}
	saw.Grants = len(grants.GetGrants())

	request.Query.Items = append(request.Query.Items, "no_such_item")
	inChinese := metadata.AppendToOutgoingContext(ctx, "accept-language", "zh-Hans")
	_, err = stub.Query(inChinese, request)
	refusal := status.Convert(err)
	saw.Code = codeName(refusal.Code())
	for _, detail := range refusal.Details() {
		switch typed := detail.(type) {
		case *errdetails.ErrorInfo:
			saw.Reason, saw.Domain = typed.GetReason(), typed.GetDomain()
		case *errdetails.LocalizedMessage:
			saw.Locale = typed.GetLocale()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(saw); err != nil {
		log.Fatal(err)
	}
}
