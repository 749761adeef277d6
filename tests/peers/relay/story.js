// A front end by Relay without its pages: the runtime executes what the compiler made, against a real server, and what
// is asserted is what a component would be shown.
const assert = require("node:assert/strict");
const { readdirSync } = require("node:fs");
const runtime = require("relay-runtime");

const [url, token] = process.argv.slice(2);
const made = Object.fromEntries(
  readdirSync(`${__dirname}/__generated__`).map((file) => [
    file.replace(".graphql.js", ""),
    require(`./__generated__/${file}`),
  ]),
);

async function fetched({ text }, variables) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
  return response.json();
}

const environment = new runtime.Environment({
  network: runtime.Network.create(fetched),
  store: new runtime.Store(new runtime.RecordSource()),
  // What stands in the channel has the id of the account or subscription that it shows, and is not the same object.
  getDataID: ({ id }, type) => (type.startsWith("Channel") ? undefined : id),
});

const asked = (query, variables) => runtime.fetchQuery(environment, query, variables).toPromise();
const read = (fragment, reference) => environment.lookup(runtime.getSelector(fragment, reference)).data;
const names = ({ edges }) => edges.map(({ node }) => node.name);

/** What `usePaginationFragment` does for one more page. */
async function more(fragment, reference, count, direction = "forward") {
  const { paginationRequest, paginationMetadata, connectionPathInFragmentData } = runtime.getPaginationMetadata(
    fragment,
    "story",
  );
  const data = read(fragment, reference);
  const { pageInfo } = connectionPathInFragmentData.reduce((above, name) => above[name], data);
  const cursor = direction === "forward" ? pageInfo.endCursor : pageInfo.startCursor;
  const { owner } = runtime.getSelector(fragment, reference);
  const variables = runtime.getPaginationVariables(direction, count, cursor, owner.variables, {}, paginationMetadata);
  await asked(paginationRequest, variables);
}

function changed(mutation, variables, updater) {
  return new Promise((onCompleted, onError) =>
    runtime.commitMutation(environment, { mutation, variables, onCompleted, onError, updater }),
  );
}

async function top(query, variables) {
  const operation = runtime.createOperationDescriptor(query, variables);
  environment.retain(operation);
  await asked(query, variables);
  return environment.lookup(operation.fragment).data;
}

const story = {
  async "a list by pages is one list"() {
    const page = await top(made.AccountsQuery, { count: 2 });
    assert.equal(page.organisation.name, "Cloud");
    assert.deepEqual(names(read(made.Accounts_list, page).accounts), ["Cloud", "Lite"]);
    await more(made.Accounts_list, page, 2);
    assert.deepEqual(names(read(made.Accounts_list, page).accounts), ["Cloud", "Lite", "X", "Y"]);
    await more(made.Accounts_list, page, 2);
    const { accounts } = read(made.Accounts_list, page);
    assert.deepEqual(names(accounts), ["Cloud", "Lite", "X", "Y", "Z"]);
    assert.equal(accounts.pageInfo.hasNextPage, false);
  },
  async "an object is asked for again by its id"() {
    const page = await top(made.AccountsQuery, { count: 200 });
    const { node } = read(made.Accounts_list, page).accounts.edges.at(-1);
    const { refetchableRequest, identifierInfo } = runtime.getRefetchMetadata(made.Account_card, "story");
    assert.equal(identifierInfo.identifierField, "id");
    const again = await asked(refetchableRequest, { [identifierInfo.identifierQueryVariableName]: node.id });
    assert.deepEqual(read(made.Account_card, again.node), read(made.Account_card, node));
    assert.deepEqual(read(made.Account_card, again.node).parent, { name: "Cloud" });
  },
  async "a change is seen wherever the object is shown"() {
    const page = await top(made.AccountsQuery, { count: 200 });
    const { node } = read(made.Accounts_list, page).accounts.edges.at(-1);
    const input = { accountId: node.id, name: "Zed" };
    const { updateAccount } = await changed(made.RenameMutation, { input, key: "relay 1" });
    assert.equal(updateAccount.name, "Zed");
    assert.equal(read(made.Account_card, node).name, "Zed");
    await changed(made.RenameMutation, { input: { ...input, name: "Z" }, key: "relay 2" });
    assert.equal(read(made.Account_card, node).name, "Z");
  },
  async "a no leaves the store as it is"() {
    const page = await top(made.AccountsQuery, { count: 200 });
    const { node } = read(made.Accounts_list, page).accounts.edges[0];
    const input = { accountId: node.id, name: "" };
    const { updateAccount } = await changed(made.RenameMutation, { input, key: "relay 3" });
    assert.equal(updateAccount.code, "INVALID_INPUT");
    assert.deepEqual(updateAccount.problems[0].path, ["name"]);
    assert.equal(read(made.Account_card, node).name, "Cloud");
  },
  async "a list that hangs on an object goes on by the object's id"() {
    const { edges } = read(made.Accounts_list, await top(made.AccountsQuery, { count: 200 })).accounts;
    const { id } = edges[0].node;
    for (const name of ["Ada", "Ben"]) {
      const variables = { input: { accountId: id, name }, key: `relay ${name}` };
      const { createContact } = await changed(made.AddContactMutation, variables);
      assert.equal(createContact.name, name);
    }
    const page = await top(made.AccountQuery, { id });
    assert.deepEqual(names(read(made.Account_contacts, page.node.contacts).contacts), ["Ada"]);
    await more(made.Account_contacts, page.node.contacts, 1);
    assert.deepEqual(names(read(made.Account_contacts, page.node.contacts).contacts), ["Ada", "Ben"]);
  },
  async "a list is read backwards"() {
    const page = await top(made.LastSubscriptionsQuery, { count: 1 });
    const of = ({ subscriptions }) => subscriptions.edges.map(({ node }) => node.account.name);
    const last = of(read(made.Subscriptions_last, page));
    assert.equal(last.length, 1);
    await more(made.Subscriptions_last, page, 1, "backward");
    const both = of(read(made.Subscriptions_last, page));
    assert.deepEqual(both.slice(1), last);
    assert.equal(both.length, 2);
  },
  async "objects by their ids keep their order"() {
    const { edges } = read(made.Accounts_list, await top(made.AccountsQuery, { count: 200 })).accounts;
    const ids = edges.map(({ node }) => node.id).reverse();
    const { nodes } = await top(made.ManyQuery, { ids });
    assert.deepEqual(
      nodes.map(({ id, card }) => [id, read(made.Account_card, card).name]),
      edges.map(({ node }) => [node.id, node.name]).reverse(),
    );
  },
  async "the channel does not overwrite the accounts that it shows"() {
    const page = await top(made.AccountsQuery, { count: 200 });
    const { channel } = await top(made.ChannelQuery, {});
    assert.deepEqual(names(channel.accounts), ["Lite", "Z"]);
    assert.equal(channel.name, "Cloud");
    assert.equal(read(made.Accounts_list, page).accounts.edges[0].node.id, channel.id);
    assert.equal(read(made.Account_card, read(made.Accounts_list, page).accounts.edges[0].node).kind, "ROOT");
  },
};

async function main() {
  for (const [name, told] of Object.entries(story)) {
    const reason = await told().then(() => "", (failed) => String(failed.stack ?? failed));
    console.log(JSON.stringify({ name, passed: !reason, reason }));
  }
}
main();
