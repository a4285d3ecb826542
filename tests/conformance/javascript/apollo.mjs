// Apollo Client 4: HTTP link, GraphQLWsLink, normalized cache.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { OperationTypeNode } from 'graphql'
import { headersFor, socketFor, url } from './site.mjs'
import { tellStory } from './story.mjs'

function connect(token) {
  const headers = headersFor(token)
  const socket = socketFor(token)
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers }),
    ),
  })
  return {
    query: (query, variables) => dataOf(client.query({ query, variables, fetchPolicy: 'network-only' })),
    mutate: (mutation, variables) => dataOf(client.mutate({ mutation, variables })),
    follow(query, variables, onEvent) {
      const following = client.subscribe({ query, variables }).subscribe(({ data }) => onEvent(data))
      return () => following.unsubscribe()
    },
    close() {
      client.stop()
      void socket.dispose()
    },
  }
}

async function dataOf(answer) {
  try {
    return (await answer).data
  } catch (error) {
    if (CombinedGraphQLErrors.is(error)) throw Object.assign(error, { code: error.errors[0].extensions.code })
    if (ServerError.is(error)) throw Object.assign(error, { code: JSON.parse(error.bodyText).errors[0].extensions.code })
    throw error
  }
}

await tellStory(connect)
