// A certified provider (npm oidc-provider) on loopback, for one client: node provider.mjs PORT CLIENT ORIGIN ID
// It says "ready" when it listens. Lena is known to it, and everything that it sends goes to the server under test.
import http from "node:http";
import { Provider } from "oidc-provider";

const [port, client, origin, id] = process.argv.slice(2);
const place = new URL(origin);

// Names below .localhost mean this machine, also where nobody resolves them.
const send = (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const { pathname, host } = new URL(url);
    const said = { ...Object.fromEntries(new Headers(headers)), host };
    const options = { host: "127.0.0.1", port: place.port, path: pathname, method, headers: said };
    const request = http.request(options, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(new Response(null, { status: answer.statusCode })));
    });
    request.on("error", reject);
    request.end(body?.toString());
  });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client,
      client_secret: "a secret for the peers of at least 32 letters",
      redirect_uris: [`${origin}/sign-in/${id}/back`],
      post_logout_redirect_uris: [`${origin}/sign-in`],
      backchannel_logout_uri: `${origin}/sign-in/${id}/logout`,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: "Lena", email: "lena@shop.example", email_verified: true, groups: ["sales"] }),
  }),
  fetch: send,
  cookies: { keys: ["only for the peers"] },
  pkce: { required: () => true },
});
provider.on("backchannel.error", (_, error) => console.error(error));
provider.on("server_error", (_, error) => console.error(error));
http.createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("ready"));
