// Every audit of the suite of "GraphQL over HTTP": one line of JSON for each, read by `tests.peers`.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

for (const { id, name, status, reason } of await auditServer({ url, fetchFn })) {
  console.log(JSON.stringify({ name: `${id} ${name}`, passed: status === "ok", reason }));
}
