// Where the server is, who signs in, what is asked, and the cable that can be cut.
import { readFileSync } from 'node:fs'
import { Kind, parse } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { resuming } from '../../../examples/typescript/resuming.ts'

export const url = `${process.env.TAVLE_URL}/graphql`
export const account = { email: 'dispatcher@nordlift.example', password: 'nordlift-demo' }

const { definitions } = parse(readFileSync(new URL('../operations.graphql', import.meta.url), 'utf8'))
const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)

/** The operations of `operations.graphql` as documents, each with the fragments it needs, by name. */
export const operations = Object.fromEntries(
  definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION).map((operation) => {
    const needed = fragments.filter(({ name }) => spreads(operation).has(name.value))
    return [operation.name.value, { kind: Kind.DOCUMENT, definitions: [operation, ...needed] }]
  }),
)

function spreads(node, found = new Set()) {
  if (node.kind === Kind.FRAGMENT_SPREAD) found.add(node.name.value)
  for (const selection of node.selectionSet?.selections ?? []) spreads(selection, found)
  return found
}

/** What a request says of who sends it. @returns {Record<string, string>} */
export function headersFor(token) {
  return token === null ? {} : { Authorization: `Bearer ${token}` }
}

/** A socket by way of the cable, whose live fields resume. */
export function socketFor(token) {
  return resuming(createClient({
    url: `${process.env.TAVLE_CABLE}/graphql`.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: headersFor(token),
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  }))
}

export const cable = {
  cut: () => fetch(`${process.env.TAVLE_CABLE_CONTROL}/cut`, { method: 'POST' }),
  mend: () => fetch(`${process.env.TAVLE_CABLE_CONTROL}/mend`, { method: 'POST' }),
}
