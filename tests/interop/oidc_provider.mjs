// SPDX-License-Identifier: Apache-2.0
// An OpenID provider (npm oidc-provider) on loopback, and the browser of a person in front of it.
//   node oidc_provider.mjs serve REDIRECT   prints "issuer URL" once it listens; client shareway
//   node oidc_provider.mjs visit URL LOGIN  signs LOGIN in and prints where the browser is sent
import http from "node:http";

const serve = async (redirect) => {
  const { default: Provider } = await import("oidc-provider");
  const server = http.createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "shareway",
      client_secret: "a secret: with & and +",
      redirect_uris: [redirect],
    }],
    cookies: { keys: ["test"] },
    pkce: { methods: ["S256"], required: () => true },
  });
  server.on("request", provider.callback());
  console.log(`issuer ${issuer}`);
};

// One request; follows nothing.
const ask = (url, cookies, form) => new Promise((done, failed) => {
  const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
  if (form) headers["content-type"] = "application/x-www-form-urlencoded";
  const request = http.request(url, { method: form ? "POST" : "GET", headers }, (response) => {
    for (const line of response.headers["set-cookie"] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    response.resume().on("end", () => done(response));
  });
  request.on("error", failed);
  request.end(form);
});

const visit = async (first, login) => {
  const { origin } = new URL(first);
  const cookies = new Map();
  const forms = [`prompt=login&login=${encodeURIComponent(login)}&password=x`, "prompt=consent"];
  let url = first;
  for (let step = 0; step < 20; ++step) {
    const response = await ask(url, cookies);
    const answered = response.headers.location
      ? response
      : await ask(url, cookies, forms.shift() ?? "");
    if (!answered.headers.location) throw new Error(`${url}: HTTP ${answered.statusCode}`);
    url = new URL(answered.headers.location, url).href;
    if (!url.startsWith(`${origin}/`)) {
      console.log(url);
      return;
    }
  }
  throw new Error("the pages do not end");
};

const [mode, ...words] = process.argv.slice(2);
await (mode === "serve" ? serve(...words) : visit(...words));
