// SPDX-License-Identifier: Apache-2.0
// A public key and a certificate of it, made for tests; nobody has the private key.
export const KEY = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAtrLCBc4Sftj20GgVeMyJ17bRB2fbscW+uVSSQI3ZuqtsF0WHAS4CgWBKd7ugkxxa7CwCGK+QzfvaY5UZgT+0Q==';
export const KEY_NAME = 'keys/48bc5029fc18a0d14f796baed1d455d1';
export const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBeTCCAR+gAwIBAgIUaJslWrbQtIvg20fNJrx+CuKiDPUwCgYIKoZIzj0EAwIw',
  'EjEQMA4GA1UEAwwHbm9kZSBuMTAeFw0yNjExMjMxNjM3NTdaFw0yNzEyMjgxNjM3',
  'NTdaMBIxEDAOBgNVBAMMB25vZGUgbjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC',
  'AAQC2ssIFzhJ+2PbQaBV4zInXttEHZ9uxxb65VJJAjdm6q2wXRYcBLgKBYEp3u6C',
  'THFrsLAIYr5DN+9pjlRmBP7Ro1MwUTAdBgNVHQ4EFgQUuF4EO18OuHe4dpdMsI/n',
  'tQqYj6swHwYDVR0jBBgwFoAUuF4EO18OuHe4dpdMsI/ntQqYj6swDwYDVR0TAQH/',
  'BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAxvf1Ed53pVoh9oO6hY72vvnR5lLd',
  'fW/kG5kJFCw0x1MCIFfLt/mDMERTtPg0vpbdnuyiRPU7nC3K+KyXoYmJyzAD',
  '-----END CERTIFICATE-----',
].join('\n');
