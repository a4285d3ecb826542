// Live fields that resume: works with graphql-ws itself, and with every client that is built on it.
import type { Client } from 'graphql-ws'

type Subscribe = Client['subscribe']

/**
 * A client whose live fields go on after a lost connection where they stopped.
 *
 * graphql-ws sends the first payload again when it reconnects. Here `after` in its variables is the newest cursor at
 * that moment, so the server sends exactly what was missed.
 */
export function resuming<C extends { subscribe: Subscribe }>(client: C): C {
  const subscribe: Subscribe = (payload, sink) => {
    let cursor: unknown = payload.variables?.after ?? null
    const variables = Object.defineProperty({ ...payload.variables }, 'after', { enumerable: true, get: () => cursor })
    return client.subscribe<Record<string, { cursor?: string } | null>>(
      { ...payload, variables },
      {
        next(result) {
          for (const event of Object.values(result.data ?? {})) cursor = event?.cursor ?? cursor
          sink.next(result as Parameters<typeof sink.next>[0])
        },
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      },
    )
  }
  return { ...client, subscribe }
}
