// Follows the board for ever: a snapshot first, then every change, also across lost connections.
import { createClient } from 'graphql-ws'
import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'
import { resuming } from './resuming.ts'
import { Tavle, TavleError } from './tavle.ts'

interface Activity {
  id: string
  number: string
  title: string
  priority: string
  worker: { name: string } | null
}

type BoardEvent =
  | { __typename: 'BoardSnapshot'; reason: string; board: { activities: Activity[]; undispatched: Activity[] } }
  | { __typename: 'ActivityChanged'; changedBy: string; activity: Activity }
  | { __typename: 'ActivityLeft'; activityId: string }
  | { __typename: 'BoardResumed' | 'BoardHeartbeat' }

const ACTIVITY = 'id number title priority worker { name }'
const LIVE_BOARD = `
  subscription LiveBoard($input: DispatchBoardInput!, $after: BoardCursor) {
    dispatchBoard(input: $input, after: $after) {
      __typename
      cursor
      ... on BoardSnapshot { reason board { activities { ${ACTIVITY} } undispatched { ${ACTIVITY} } } }
      ... on ActivityChanged { changedBy activity { ${ACTIVITY} } }
      ... on ActivityLeft { activityId }
    }
  }
`

const url = process.env.TAVLE_URL ?? 'http://127.0.0.1:8000'
const email = process.env.TAVLE_EMAIL ?? 'dispatcher@nordlift.example'
const tavle = await Tavle.signIn(url, email, process.env.TAVLE_PASSWORD ?? 'nordlift-demo')

const client = resuming(createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket, // leave it out in a browser, and with Node.js 22 or newer
  connectionParams: async () => ({ Authorization: `Bearer ${await currentToken()}` }),
  // For ever, and not everybody at the same moment.
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) => pause(Math.min(30_000, 250 * 2 ** retries) * (0.5 + Math.random())),
}))

/** graphql-ws gives up when this throws, so a server that cannot be reached just now is asked again. */
async function currentToken(): Promise<string> {
  for (;;) {
    try {
      return await tavle.token()
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof TavleError)) throw error
      await pause(1_000)
    }
  }
}

const board = new Map<string, Activity>()

function apply(event: BoardEvent): void {
  switch (event.__typename) {
    case 'BoardSnapshot':
      board.clear()
      for (const activity of [...event.board.activities, ...event.board.undispatched]) board.set(activity.id, activity)
      console.log(`snapshot ${event.reason}: ${board.size} activities`)
      break
    case 'ActivityChanged':
      board.set(event.activity.id, event.activity)
      console.log(
        `changed by ${event.changedBy}: ${event.activity.number} ${event.activity.priority}` +
        ` ${event.activity.worker?.name ?? 'nobody'}`,
      )
      break
    case 'ActivityLeft':
      board.delete(event.activityId)
      console.log(`left: ${event.activityId}`)
      break
    default: // kinds of events may be added: what is not known is passed over
  }
}

client.subscribe<{ dispatchBoard: BoardEvent }>({ query: LIVE_BOARD, variables: { input: {} } }, {
  next({ data, errors }) {
    if (data) apply(data.dispatchBoard)
    for (const error of errors ?? []) console.error(error.message)
  },
  error(error) {
    console.error('The live board has ended:', error)
    process.exitCode = 1
  },
  complete() {
    console.log('The server has ended the live board.')
  },
})
