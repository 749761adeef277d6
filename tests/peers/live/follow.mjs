// Two clients of others follow a subscription: one line of JSON for each case, read by `tests.peers`.
import { createClient as overEvents } from "graphql-sse";
import { createClient as overSocket } from "graphql-ws";
import WebSocket from "ws";

const [url, token] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const CHANGED =
  "subscription($after: String) { subscriptionChanged(after: $after) { resumeToken subscription { id quantity } } }";
const CLIENTS = {
  "graphql-sse": (said = authorization) => overEvents({ url, headers: { authorization: said }, retryAttempts: 0 }),
  "graphql-ws": (said = authorization) =>
    overSocket({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: said },
      retryAttempts: 0,
    }),
};

async function asked(query, variables) {
  const headers = { authorization, "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

let quantity = 10;
async function change(id) {
  const input = { subscriptionId: id, quantity: String(++quantity) };
  const text =
    "mutation($i: ChangeQuantityInput!, $k: String!) { changeQuantity(input: $i, idempotencyKey: $k) { __typename } }";
  await asked(text, { i: input, k: `live ${quantity}` });
  return String(quantity);
}

async function next(events) {
  let timer;
  const late = new Promise((_, refuse) => (timer = setTimeout(() => refuse(new Error("nothing was told")), 10000)));
  const { value, done } = await Promise.race([events.next(), late]).finally(() => clearTimeout(timer));
  if (done) throw new Error("the stream has ended");
  if (value.errors) throw new Error(JSON.stringify(value.errors));
  return value.data.subscriptionChanged;
}

function same(found, expected) {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
}

async function refused(iterate) {
  try {
    await iterate();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

const { subscriptions } = await asked("{ subscriptions(first: 1) { edges { node { id } } } }");
const id = subscriptions.edges[0].node.id;

const CASES = {
  "a change is told within seconds": async (client) => {
    const events = client().iterate({ query: CHANGED });
    same((await next(events)).subscription, null);
    const expected = await change(id);
    same((await next(events)).subscription.quantity, expected);
    await events.return();
  },
  "whoever comes again misses nothing": async (client) => {
    const first = client().iterate({ query: CHANGED });
    const after = (await next(first)).resumeToken;
    await first.return();
    await change(id);
    const expected = await change(id);
    const again = client().iterate({ query: CHANGED, variables: { after } });
    same((await next(again)).subscription, null);
    for (let each = 0; each < 2; each++) same((await next(again)).subscription.quantity, expected);
    await again.return();
  },
  "two streams of one client are apart": async (client) => {
    const one = client();
    const streams = [one.iterate({ query: CHANGED }), one.iterate({ query: CHANGED })];
    for (const each of streams) await next(each);
    const expected = await change(id);
    for (const each of streams) same((await next(each)).subscription.quantity, expected);
    for (const each of streams) await each.return();
  },
  "a document that is wrong is refused": async (client) => {
    await refused(async () => next(client().iterate({ query: "subscription { nothing }" })));
  },
  "a token that is wrong is refused with its code": async (client) => {
    const error = await refused(async () => next(client().iterate({ query: CHANGED, variables: { after: "x" } })));
    if (!error.message.includes("INVALID_INPUT")) throw error;
  },
  "nobody is told nothing": async (client) => {
    await refused(async () => next(client("Bearer bss_guessed").iterate({ query: CHANGED })));
  },
};

for (const [name, client] of Object.entries(CLIENTS)) {
  for (const [sentence, run] of Object.entries(CASES)) {
    let reason;
    try {
      await run(client);
    } catch (error) {
      reason = String(error?.reason ?? error?.message ?? error);
    }
    console.log(JSON.stringify({ name: `${name}: ${sentence}`, passed: reason === undefined, reason }));
  }
}
process.exit(0);
