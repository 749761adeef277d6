// A program with a generated client, in TypeScript: what the compiler believes of the answers, a real server must say.
import assert from "node:assert/strict";
import {
  AccountsAndSubscriptionsDocument,
  AccountsByPageDocument,
  CreateASubscriptionDocument,
  InvoicesExplainedDocument,
  MirrorsAndLocksDocument,
  UsageByHourDocument,
  type TypedDocumentString,
} from "./api.js";

type Failure = { message: string; extensions?: { code?: string; input?: string[] } };
type Answer<Data> = { data?: Data | null; errors?: Failure[] };

const [url = "", token = ""] = process.argv.slice(2);

async function asked<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  bearer = token,
): Promise<Answer<Data>> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${bearer}` };
  const body = JSON.stringify({ query: document.toString(), variables });
  const response = await fetch(url, { method: "POST", headers, body });
  return (await response.json()) as Answer<Data>;
}

async function data<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
  const answer = await asked(document, variables);
  assert.equal(answer.errors, undefined);
  assert.ok(answer.data);
  return answer.data;
}

const page = (after: string | null) => data(AccountsByPageDocument, { first: 2, after });
const listed = () => data(AccountsAndSubscriptionsDocument, {});
const sold = (input: { accountId: string; offeringId: string; quantity: string }, key: string) =>
  data(CreateASubscriptionDocument, { input, key }).then((made) => made.createSubscription);

async function wanted() {
  const { accounts, subscriptions } = await listed();
  const account = accounts.edges.find(({ node }) => node.name === "Y")?.node;
  const offering = subscriptions.edges[0]?.node.offering;
  assert.ok(account && offering);
  return { accountId: account.id, offeringId: offering.id, quantity: "5" };
}

const story: Record<string, () => Promise<void>> = {
  async "without a token there is no answer"() {
    const { data, errors } = await asked(AccountsAndSubscriptionsDocument, {}, "bss_guessed");
    assert.equal(data, undefined);
    assert.equal(errors?.[0]?.extensions?.code, "UNAUTHENTICATED");
  },
  async "with a token there is the tree"() {
    const { organisation, accounts } = await listed();
    assert.deepEqual([organisation.name, organisation.currency], ["Cloud", "EUR"]);
    const above = Object.fromEntries(accounts.edges.map(({ node }) => [node.name, node.parent?.name ?? null]));
    assert.deepEqual(above, { Cloud: null, Lite: "Cloud", X: "Lite", Y: "Lite", Z: "Cloud" });
  },
  async "a sale that is sent twice is one"() {
    const input = await wanted();
    const [first, again] = [await sold(input, "typescript 1"), await sold(input, "typescript 1")];
    assert.ok(first.__typename === "Subscription");
    assert.deepEqual([first.state, first.quantity, first.timeline?.[0]?.quantity], ["ACTIVE", "5", "5"]);
    assert.deepEqual(again, first);
  },
  async "a no is an answer with the input that it is about"() {
    const refused = await sold({ ...(await wanted()), quantity: "0" }, "typescript 2");
    assert.ok(refused.__typename === "InvalidInput");
    assert.deepEqual(refused.problems[0]?.path, ["quantity"]);
    const reused = await sold({ ...(await wanted()), quantity: "6" }, "typescript 1");
    assert.equal(reused.__typename, "IdempotencyKeyReused");
  },
  async "pages are the whole list"() {
    const names: string[] = [];
    let after: string | null = null;
    let pages = 0;
    do {
      const { accounts }: Awaited<ReturnType<typeof page>> = await page(after);
      names.push(...accounts.edges.map(({ node }) => node.name));
      after = accounts.pageInfo.hasNextPage ? accounts.pageInfo.endCursor : null;
      pages += 1;
    } while (after !== null);
    assert.deepEqual([pages, names], [3, ["Cloud", "Lite", "X", "Y", "Z"]]);
  },
  async "a query that cannot be answered says why"() {
    const { data, errors } = await asked(AccountsByPageDocument, { first: 201, after: null });
    assert.equal(data, null);
    assert.deepEqual(errors?.[0]?.extensions, { code: "INVALID_INPUT", input: ["first"] });
  },
  async "every other document of the page for front ends is answered"() {
    const subscription = (await listed()).subscriptions.edges[0]?.node.id ?? "";
    const period = { from: "2026-01-01T00:00:00Z", to: "2026-01-08T00:00:00Z" };
    const usage = await data(UsageByHourDocument, { subscription, ...period });
    assert.ok(usage.node && "usage" in usage.node);
    assert.deepEqual([usage.node.usage, usage.usageHours], [[], []]);
    assert.deepEqual((await data(InvoicesExplainedDocument, {})).invoices.edges, []);
    const { links, subscriptions } = await data(MirrorsAndLocksDocument, {});
    assert.deepEqual(links.edges, []);
    assert.ok(subscriptions.edges.every(({ node }) => !node.mirrored && node.managedBy === null));
  },
};

for (const [name, told] of Object.entries(story)) {
  const reason = await told().then(() => "", (failed: Error) => String(failed.stack ?? failed));
  console.log(JSON.stringify({ name, passed: !reason, reason }));
}
