// The rules that the schema is held to: all that the linter has for schemas and for Relay, but for those named here.
import graphql from "@graphql-eslint/eslint-plugin";

const named = (rules) => Object.fromEntries(Object.entries(rules).map(([rule, set]) => [`@graphql-eslint/${rule}`, set]));

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    rules: {
      ...graphql.configs["flat/schema-all"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      ...named({
        // Fields stand in the order in which one reads them: what a thing is before what belongs to it.
        alphabetize: "off",
        // A mutation has an `idempotencyKey` beside its `input`; tests/schema/test_permissions.py holds both.
        "input-name": "off",
        // What `node` finds has an id, and that is held by tests/schema/test_sdl.py; values, edges and refusals have none.
        "strict-id-in-types": "off",
        // A mutation always answers: with what it did, or with a member of the union that says why it did nothing.
        "require-nullable-result-in-root": "off",
        // It forbids what there is: mutations and live updates.
        "no-root-type": "off",
        // Short lists that belong to a thing, such as the lines of an address, are no connections; and rows that show a
        // thing in its place, such as those of the channel, are not found by an id of their own.
        "relay-edge-types": [
          "error",
          { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
        ],
      }),
    },
  },
];
