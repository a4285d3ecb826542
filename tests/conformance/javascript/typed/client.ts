// A client with the types that graphql-codegen has made: a wrong name or a forgotten null does not compile.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { check, eventually } from '../check.mjs'
import * as made from '../generated/typed/graphql.ts'
import { account, cable, headersFor, socketFor, url } from '../site.mjs'

type BoardEvent = made.LiveBoardSubscription['dispatchBoard']

async function ask<Data, Variables>(
  token: string | null, document: TypedDocumentNode<Data, Variables>, variables: Variables,
): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headersFor(token) },
    body: JSON.stringify({ query: print(document), variables }),
  })
  const answer = await response.json() as { data: Data, errors?: unknown }
  assert.equal(answer.errors, undefined)
  return answer.data
}

const token = await check('signs in', async () => {
  const { signIn } = await ask(null, made.SignInDocument, { input: account })
  assert.ok(signIn.session)
  return signIn.session.accessToken
})
await check('turns pages without gap or overlap', async () => {
  const { serviceActivities: one } = await ask(token, made.ActivitiesDocument, { first: 3 })
  const after = one.pageInfo.endCursor ?? null
  const { serviceActivities: two } = await ask(token, made.ActivitiesDocument, { first: 3, after })
  assert.equal(new Set([...one.edges, ...two.edges].map(({ node }) => node.number)).size, 6)
})
const activity = await check('reads the board', async () => {
  const { dispatchBoard } = await ask(token, made.BoardDocument, { input: {} })
  const first = dispatchBoard.activities[0]
  assert.ok(first)
  return first
})
await check('tells kinds of entities apart', async () => {
  const { node } = await ask(token, made.NodeDocument, { id: activity.id })
  assert.ok(node?.__typename === 'ServiceActivity')
  assert.equal(node.number, activity.number)
})
await check('tells kinds of refusals apart', async () => {
  const { setActivityPriority: { userErrors: [error] } } = await ask(token, made.SetPriorityDocument, {
    input: { activity: { id: activity.id }, priority: activity.priority, expectedVersion: 0 },
  })
  assert.ok(error?.__typename === 'VersionConflictError')
  assert.equal(error.current.number, activity.number)
})

const events: BoardEvent[] = []
let { priority } = activity

async function change(): Promise<string> {
  const clientMutationKey = randomUUID()
  priority = priority === 'HIGH' ? 'LOW' : 'HIGH'
  const input = { activity: { id: activity.id }, priority, clientMutationKey }
  const { setActivityPriority: { userErrors } } = await ask(token, made.SetPriorityDocument, { input })
  assert.deepEqual(userErrors, [])
  return clientMutationKey
}

function keys(): unknown[] {
  return events.flatMap((event) => event.__typename === 'ActivityChanged' ? [event.clientMutationKey] : [])
}

const socket = socketFor(token)
const variables: made.LiveBoardSubscriptionVariables = { input: {} }
const stop = socket.subscribe<made.LiveBoardSubscription>({ query: print(made.LiveBoardDocument), variables }, {
  next: ({ data }) => { if (data) events.push(data.dispatchBoard) },
  error: (error) => { throw error },
  complete: () => {},
})
await check('follows the live board', async () => {
  const first = await eventually('a snapshot', () => events[0])
  assert.equal(first.__typename, 'BoardSnapshot')
  const key = await change()
  await eventually('the change', () => keys().includes(key))
})
await check('resumes after the cable was cut, and misses nothing', async () => {
  await cable.cut()
  const missed = [await change(), await change()]
  await cable.mend()
  await eventually('what was missed', () => keys().includes(missed[1]))
  assert.deepEqual(keys().slice(-2), missed)
  assert.equal(events.filter((event) => event.__typename === 'BoardSnapshot').length, 1)
})
stop()
await socket.dispose()
