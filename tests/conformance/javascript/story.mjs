// What every client goes through: schema, sign-in, reading, pages, changing, refusals, the live board and a cut cable.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { buildClientSchema, getIntrospectionQuery, parse, validate } from 'graphql'
import { check, eventually } from './check.mjs'
import { account, cable, operations } from './site.mjs'

/**
 * `connect(token)` gives a client with `query`, `mutate` (document, variables → data; an error of the server is thrown
 * with its `code`), `follow` (document, variables, onEvent → stop) and `close`.
 */
export async function tellStory(connect) {
  const nobody = connect(null)

  const token = await check('signs in', async () => {
    const { signIn } = await nobody.mutate(operations.SignIn, { input: account })
    assert.deepEqual(signIn.userErrors, [])
    return signIn.session.accessToken
  })
  await check('is told of wrong credentials as data', async () => {
    const { signIn } = await nobody.mutate(operations.SignIn, { input: { ...account, password: 'not this one' } })
    assert.equal(signIn.session, null)
    assert.deepEqual(signIn.userErrors.map(({ code }) => code), ['WRONG_CREDENTIALS'])
  })
  await check('learns from an error that nobody is signed in', async () => {
    await assert.rejects(nobody.query(operations.Viewer, {}), { code: 'UNAUTHENTICATED' })
  })
  nobody.close()

  const client = connect(token)
  await check('loads the schema, and its documents are valid', async () => {
    const options = { inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }
    const schema = buildClientSchema(await client.query(parse(getIntrospectionQuery(options)), {}))
    for (const document of Object.values(operations)) assert.deepEqual(validate(schema, document), [])
  })
  await check('knows who it is', async () => {
    const { viewer } = await client.query(operations.Viewer, {})
    assert.equal(viewer.role, 'DISPATCHER')
  })
  await check('turns pages without gap or overlap', async () => {
    const { serviceActivities: both } = await client.query(operations.Activities, { first: 6 })
    const { serviceActivities: one } = await client.query(operations.Activities, { first: 3 })
    const after = one.pageInfo.endCursor
    const { serviceActivities: two } = await client.query(operations.Activities, { first: 3, after })
    const numbers = [...one.edges, ...two.edges].map(({ node }) => node.number)
    assert.equal(new Set(numbers).size, 6)
    assert.deepEqual(numbers, both.edges.map(({ node }) => node.number))
    assert.ok(both.totalCount > 6)
  })
  const activity = await check('reads the board', async () => {
    const { dispatchBoard } = await client.query(operations.Board, { input: {} })
    assert.ok(dispatchBoard.activities.length > 0)
    return dispatchBoard.activities[0]
  })
  await check('finds an activity again by its id', async () => {
    const { node } = await client.query(operations.Node, { id: activity.id })
    assert.deepEqual([node.__typename, node.number], ['ServiceActivity', activity.number])
  })
  await check('reads a refusal with what it adds', async () => {
    const { setActivityPriority: payload } = await client.mutate(operations.SetPriority, {
      input: { activity: { id: activity.id }, priority: activity.priority, expectedVersion: 0 },
    })
    assert.equal(payload.activity, null)
    assert.equal(payload.userErrors[0].code, 'VERSION_CONFLICT')
    assert.equal(payload.userErrors[0].current.number, activity.number)
  })

  let { priority } = activity
  const change = async () => {
    const clientMutationKey = randomUUID()
    priority = priority === 'HIGH' ? 'LOW' : 'HIGH'
    const input = { activity: { id: activity.id }, priority, clientMutationKey }
    const { setActivityPriority: payload } = await client.mutate(operations.SetPriority, { input })
    assert.deepEqual(payload.userErrors, [])
    return { ...payload, clientMutationKey }
  }
  await check('changes something once, however often it is sent', async () => {
    const input = { activity: { id: activity.id }, priority: 'NORMAL', clientMutationKey: randomUUID() }
    const answers = [
      await client.mutate(operations.SetPriority, { input }),
      await client.mutate(operations.SetPriority, { input }),
    ]
    assert.equal(answers[0].setActivityPriority.cursor, answers[1].setActivityPriority.cursor)
    assert.equal(answers[1].setActivityPriority.activity.priority, 'NORMAL')
  })

  const events = []
  const stop = client.follow(operations.LiveBoard, { input: {} }, (data) => events.push(data.dispatchBoard))
  const echo = ({ clientMutationKey }) => eventually('the change on the live board', () =>
    events.find((event) => event.clientMutationKey === clientMutationKey))

  await check('gets the board as a snapshot', async () => {
    const first = await eventually('a snapshot', () => events[0])
    assert.deepEqual([first.__typename, first.reason], ['BoardSnapshot', 'STARTED'])
    assert.ok(first.board.activities.some(({ id }) => id === activity.id))
  })
  await check('sees its own change come back live', async () => {
    const done = await change()
    const event = await echo(done)
    assert.equal(event.cursor, done.cursor)
    assert.equal(event.activity.priority, priority)
  })
  await check('resumes after the cable was cut, and misses nothing', async () => {
    await cable.cut()
    const missed = [await change(), await change()]
    await cable.mend()
    for (const done of missed) await echo(done)
    const later = await change()
    await echo(later)
    const changes = events.filter((event) => event.__typename === 'ActivityChanged')
    const wanted = [...missed, later].map(({ clientMutationKey }) => clientMutationKey)
    assert.deepEqual(changes.slice(-3).map((event) => event.clientMutationKey), wanted)
    assert.equal(events.filter((event) => event.__typename === 'BoardSnapshot').length, 1)
    assert.equal(new Set(changes.map(({ cursor }) => cursor)).size, changes.length)
  })
  stop()
  client.close()
}
