// What a front end by Relay asks: read by its compiler, which makes of each document what its runtime executes.
const { graphql } = require("relay-runtime");

// A list by pages: the connection is one list in the store, and its next page is a query that the compiler writes.
graphql`
  query AccountsQuery($count: Int!) {
    organisation {
      name
    }
    ...Accounts_list @arguments(count: $count)
  }
`;
graphql`
  fragment Accounts_list on Query
  @refetchable(queryName: "AccountsNextQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
    accounts(first: $count, after: $cursor) @connection(key: "Accounts_accounts") {
      edges {
        node {
          id
          name
          ...Account_card
        }
      }
    }
  }
`;

// One object, asked for again by its id.
graphql`
  fragment Account_card on Account @refetchable(queryName: "AccountAgainQuery") {
    name
    kind
    email
    parent {
      name
    }
  }
`;

// A list that hangs on an object: its next page is asked for by the object's id.
graphql`
  query AccountQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...Account_card @alias(as: "card")
      ...Account_contacts @alias(as: "contacts")
    }
  }
`;
graphql`
  fragment Account_contacts on Account
  @refetchable(queryName: "AccountContactsNextQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" }) {
    contacts(first: $count, after: $cursor) @connection(key: "Account_contacts") {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;

// A list that is read backwards.
graphql`
  query LastSubscriptionsQuery($count: Int!) {
    ...Subscriptions_last @arguments(count: $count)
  }
`;
graphql`
  fragment Subscriptions_last on Query
  @refetchable(queryName: "EarlierSubscriptionsQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" }) {
    subscriptions(last: $count, before: $cursor) @connection(key: "Subscriptions_subscriptions") {
      edges {
        node {
          id
          account {
            name
          }
        }
      }
    }
  }
`;

// Many objects by their ids, and the channel, whose lists are within lists.
graphql`
  query ManyQuery($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ...Account_card @alias(as: "card")
    }
  }
`;
graphql`
  query ChannelQuery {
    channel {
      id
      name
      accounts(first: 10) @connection(key: "Channel_accounts") {
        edges {
          node {
            id
            name
          }
        }
      }
    }
  }
`;

// A change, and the expected "no".
graphql`
  mutation RenameMutation($input: UpdateAccountInput!, $key: String!) {
    updateAccount(input: $input, idempotencyKey: $key) {
      __typename
      ... on Account {
        id
        name
      }
      ... on Refusal {
        code
        problems {
          path
          message
        }
      }
    }
  }
`;
graphql`
  mutation AddContactMutation($input: CreateContactInput!, $key: String!) {
    createContact(input: $input, idempotencyKey: $key) {
      __typename
      ... on Contact {
        id
        name
      }
    }
  }
`;
