// Makes an activity urgent: `npm run change -- NUMBER`. Safe to repeat, and it overwrites nobody's change.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Tavle, TavleError, type UserError } from './tavle.ts'

interface Activity {
  number: string
  priority: string
  version: number
}

interface Payload {
  setActivityPriority: { activity: Activity | null; userErrors: UserError[] }
}

const TRIES = 5

/** Sends a change until there is an answer. With one `clientMutationKey` for all tries it is made once at most. */
async function change<Data>(tavle: Tavle, mutation: string, input: object): Promise<Data> {
  const clientMutationKey = randomUUID()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tavle.ask<Data>(mutation, { input: { ...input, clientMutationKey } })
    } catch (error) {
      const final = error instanceof TavleError && !['TIMEOUT', 'RATE_LIMITED', 'INTERNAL'].includes(error.code)
      if (final || attempt === TRIES) throw error
      const asked = error instanceof TavleError ? error.retryAfterSeconds : undefined
      await pause(asked === undefined ? 2 ** attempt * 250 * (0.5 + Math.random()) : asked * 1_000)
    }
  }
}

const url = process.env.TAVLE_URL ?? 'http://127.0.0.1:8000'
const email = process.env.TAVLE_EMAIL ?? 'dispatcher@nordlift.example'
const tavle = await Tavle.signIn(url, email, process.env.TAVLE_PASSWORD ?? 'nordlift-demo')
const number = process.argv[2]
if (number === undefined) throw new Error('Usage: npm run change -- NUMBER')

const { serviceActivity: activity } = await tavle.ask<{ serviceActivity: Activity | null }>(
  'query Activity($by: ServiceActivityRef!) { serviceActivity(by: $by) { number priority version } }',
  { by: { number } },
)
if (activity === null) throw new Error(`There is no activity ${number}.`)

const { setActivityPriority: payload } = await change<Payload>(tavle, `
  mutation MakeUrgent($input: SetActivityPriorityInput!) {
    setActivityPriority(input: $input) { activity { number priority version } userErrors { code message path } }
  }
`, {
  activity: { number },
  priority: activity.priority === 'HIGH' ? 'NORMAL' : 'HIGH',
  // Refused with VERSION_CONFLICT when somebody has changed it since it was read.
  expectedVersion: activity.version,
})

for (const error of payload.userErrors) console.error(`${error.code}: ${error.message}`)
if (payload.activity !== null) console.log(`${payload.activity.number} ${payload.activity.priority}`)
process.exitCode = payload.userErrors.length > 0 ? 1 : 0
