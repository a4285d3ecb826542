// Relay: its normalized store, pages of a connection, an entity by its id, and the live board.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import relay from 'relay-runtime'
import { check, eventually } from '../check.mjs'
import { account, cable, headersFor, socketFor, url } from '../site.mjs'

const require = createRequire(import.meta.url)
const artifact = (name) => require(`../generated/relay/artifacts/${name}.graphql`)

function environmentFor(token) {
  const socket = socketFor(token)
  const fetchOverHttp = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headersFor(token) },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    })
    return response.json()
  }
  const follow = ({ text, name }, variables) => relay.Observable.create((sink) =>
    socket.subscribe({ query: text, operationName: name, variables }, sink))
  const environment = new relay.Environment({
    network: relay.Network.create(fetchOverHttp, follow),
    store: new relay.Store(new relay.RecordSource()),
  })
  return { environment, dispose: () => socket.dispose() }
}

const commit = (environment, mutation, variables) => new Promise((resolve, reject) => {
  relay.commitMutation(environment, { mutation, variables, onCompleted: resolve, onError: reject })
})

const token = await check('signs in', async () => {
  const { environment } = environmentFor(null)
  const { signIn } = await commit(environment, artifact('documentsSignInMutation'), { input: account })
  assert.deepEqual(signIn.userErrors, [])
  return signIn.session.accessToken
})
const { environment, dispose } = environmentFor(token)

/** What the store holds of a fragment at the root of a query. */
function stored(query, variables, fragment) {
  const operation = relay.createOperationDescriptor(relay.getRequest(query), variables)
  environment.retain(operation)
  const root = environment.lookup(operation.fragment).data
  return environment.lookup(relay.getSelector(fragment, root)).data
}

await check('turns pages into one list', async () => {
  const [query, fragment] = [artifact('documentsActivitiesQuery'), artifact('documents_activities')]
  await relay.fetchQuery(environment, query, { count: 3 }).toPromise()
  const one = stored(query, { count: 3 }, fragment).serviceActivities
  assert.equal(one.edges.length, 3)
  assert.ok(one.pageInfo.hasNextPage)
  const { paginationMetadata, paginationRequest } = relay.getPaginationMetadata(fragment, 'documents')
  const variables = relay.getPaginationVariables(
    'forward', 3, one.pageInfo.endCursor, { count: 3 }, {}, paginationMetadata,
  )
  await relay.fetchQuery(environment, paginationRequest, variables).toPromise()
  const both = stored(query, { count: 3 }, fragment).serviceActivities
  assert.equal(new Set(both.edges.map(({ node }) => node.number)).size, 6)
  assert.deepEqual(both.edges.slice(0, 3), one.edges)
})
const activity = await check('reads the board', async () => {
  const { dispatchBoard } = await relay.fetchQuery(environment, artifact('documentsBoardQuery'), { input: {} }).toPromise()
  return dispatchBoard.activities[0]
})
await check('finds an entity again by its id', async () => {
  const { node } = await relay.fetchQuery(environment, artifact('documentsActivityAgainQuery'), { id: activity.id }).toPromise()
  assert.equal(node.__id, activity.id)
  assert.equal(environment.getStore().getSource().get(activity.id).number, activity.number)
})

let { priority } = activity
async function change() {
  const clientMutationKey = randomUUID()
  priority = priority === 'HIGH' ? 'LOW' : 'HIGH'
  const { setActivityPriority } = await commit(environment, artifact('documentsSetPriorityMutation'), {
    input: { activity: { id: activity.id }, priority, clientMutationKey },
  })
  assert.deepEqual(setActivityPriority.userErrors, [])
  return clientMutationKey
}
await check('has a change in its store', async () => {
  await change()
  assert.equal(environment.getStore().getSource().get(activity.id).priority, priority)
})

const events = []
const following = relay.requestSubscription(environment, {
  subscription: artifact('documentsLiveBoardSubscription'),
  variables: { input: {} },
  onNext: ({ dispatchBoard }) => events.push(dispatchBoard),
  onError: (error) => { throw error },
})
const keys = () => events.flatMap((event) => event.__typename === 'ActivityChanged' ? [event.clientMutationKey] : [])

await check('follows the live board', async () => {
  const first = await eventually('a snapshot', () => events[0])
  assert.deepEqual([first.__typename, first.reason], ['BoardSnapshot', 'STARTED'])
  const key = await change()
  await eventually('the change', () => keys().includes(key))
})
await check('resumes after the cable was cut, and misses nothing', async () => {
  await cable.cut()
  const missed = [await change(), await change()]
  await cable.mend()
  await eventually('what was missed', () => keys().includes(missed[1]))
  assert.deepEqual(keys().slice(-2), missed)
  assert.equal(events.filter(({ __typename }) => __typename === 'BoardSnapshot').length, 1)
})
following.dispose()
await dispose()
