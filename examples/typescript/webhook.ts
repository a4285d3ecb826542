// Receives the messages of a webhook: checks who sent them, takes each once, and prints what happened.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

type Message = {
  cursor: string
  at: string
  type: string
  subject: { id: string; type: string }
  actor: string
  clientMutationKey: string | null
  changes: { field: string; before: string | null; after: string | null }[]
}

class NotGenuine extends Error {}

// How far the clocks of the two machines may be apart; an older message is a recorded one.
const TOLERANCE_SECONDS = 300

/** What a message says. The body has to be as it came: JSON that was read and written again is another text. */
export function verified(secret: string, headers: IncomingHttpHeaders, body: Buffer, now = Date.now() / 1000): Message {
  const [id, timestamp, given] = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`] ?? ''))
  if (!/^\d+$/.test(timestamp!) || Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new NotGenuine('its time is missing, or too far from now')
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  const expected = Buffer.from(`v1,${digest}`)
  // Several signatures are separated by spaces.
  const isGenuine = given!.split(' ').some((each) => {
    const signature = Buffer.from(each)
    return signature.length === expected.length && timingSafeEqual(signature, expected)
  })
  if (!isGenuine) throw new NotGenuine('its signature is another')
  return JSON.parse(body.toString()) as Message
}

const secret = process.env.TAVLE_WEBHOOK_SECRET
if (!secret) throw new Error('Set TAVLE_WEBHOOK_SECRET to what createWebhook gave.')
// A message that was answered but whose answer got lost comes again. Keep these beside what you make of them.
const taken = new Set<string>()

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  try {
    const message = verified(secret, request.headers, Buffer.concat(chunks))
    const id = String(request.headers['webhook-id'])
    if (!taken.has(id)) {
      taken.add(id)
      console.log(`${message.type}: ${message.subject.type} ${message.subject.id}, by ${message.actor}`)
    }
    // Answer within ten seconds, and do what takes longer afterwards.
    response.writeHead(204).end()
  } catch (error) {
    if (!(error instanceof NotGenuine)) throw error
    console.log(`refused: ${error.message}`)
    response.writeHead(401).end()
  }
})
server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
