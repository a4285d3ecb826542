// The explorer's page: GraphiQL with our examples, talking to our own server only.
import { createGraphiQLFetcher, StorageAPI } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { Kind, parse } from 'graphql';
import { createRoot } from 'react-dom/client';
import examples from './examples.json';
import './explorer.css';

// The script lies beside its workers, wherever the server is mounted.
const assets = document.currentScript.src;
const workers = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(workers[label] ?? EDITOR_WORKER, assets)),
};

const container = document.getElementById('explorer');
const { graphqlPath, headers } = container.dataset;
const url = new URL(graphqlPath, location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol.replace('http', 'ws');

const tabs = examples.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));

// GraphiQL fills its editors from these values and not from the active tab, and opens one more tab when they match none.
function openingTab() {
  try {
    const stored = JSON.parse(new StorageAPI().get('tabState'));
    return stored.tabs[stored.activeTabIndex] ?? tabs[0];
  } catch {
    return tabs[0];
  }
}

const send = createGraphiQLFetcher({
  url: url.href,
  subscriptionUrl: subscriptionUrl.href,
  enableIncrementalDelivery: false,
});

// GraphiQL reads an opened tab a moment later: whoever runs it sooner would send it under the former tab's name.
async function fetcher(params, options) {
  let documentAST;
  try {
    documentAST = parse(params.query);
  } catch {
    return send(params, options);
  }
  const operations = documentAST.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const operationName = operations.length === 1 ? operations[0].name?.value : params.operationName;
  return send({ ...params, operationName }, { ...options, documentAST });
}

const { query, variables } = openingTab();

createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs}
    initialQuery={query}
    initialVariables={variables}
    defaultHeaders={headers}
    // A token belongs in no browser's storage.
    shouldPersistHeaders={false}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>Tavle</GraphiQL.Logo>
  </GraphiQL>,
);
