// GraphiQL for the API of the same origin; a token goes into its headers, or somebody who is signed in is known already.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import React from "react";
import { createRoot } from "react-dom/client";

const WORKERS = { graphql: "graphql.worker.js", json: "json.worker.js" };
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(`/graphiql/${WORKERS[label] ?? "editor.worker.js"}`, { type: "module" }),
};

const DOCUMENT = `# Put a token into Headers: { "Authorization": "Bearer …" }
query Accounts {
  organisation {
    name
  }
  accounts(first: 5) {
    edges {
      node {
        name
        kind
      }
    }
  }
}
`;

const fetcher = createGraphiQLFetcher({ url: "/graphql", legacyWsClient: false });
createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, initialQuery: DOCUMENT, isHeadersEditorEnabled: true }),
);
