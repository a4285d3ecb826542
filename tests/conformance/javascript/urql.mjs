// urql: fetch and subscription exchanges.
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { headersFor, socketFor, url } from './site.mjs'
import { tellStory } from './story.mjs'

function connect(token) {
  const headers = headersFor(token)
  const socket = socketFor(token)
  const client = new Client({
    url,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }) }),
      }),
    ],
  })
  return {
    query: (document, variables) => dataOf(client.query(document, variables, { requestPolicy: 'network-only' })),
    mutate: (document, variables) => dataOf(client.mutation(document, variables)),
    follow(document, variables, onEvent) {
      const following = client.subscription(document, variables).subscribe(({ data, error }) => {
        if (error) throw error
        onEvent(data)
      })
      return () => following.unsubscribe()
    },
    close: () => void socket.dispose(),
  }
}

async function dataOf(answer) {
  const { data, error } = await answer
  if (error) throw Object.assign(error, { code: error.graphQLErrors[0]?.extensions.code })
  return data
}

await tellStory(connect)
