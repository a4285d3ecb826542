// What relay-compiler makes artifacts from; only the artifacts are run.
import { graphql } from 'relay-runtime'

export const signIn = graphql`
  mutation documentsSignInMutation($input: SignInInput!) {
    signIn(input: $input) {
      session { accessToken }
      userErrors { code message }
    }
  }
`

export const activitiesQuery = graphql`
  query documentsActivitiesQuery($count: Int!) {
    ...documents_activities @arguments(count: $count)
  }
`

export const activities = graphql`
  fragment documents_activities on Query
  @refetchable(queryName: "documentsActivitiesPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
    serviceActivities(first: $count, after: $cursor) @connection(key: "documents_serviceActivities") {
      edges {
        node {
          id
          number
          ...documents_activity
        }
      }
    }
  }
`

// By its id: relay-compiler asks for it with `node`.
export const activity = graphql`
  fragment documents_activity on ServiceActivity @refetchable(queryName: "documentsActivityAgainQuery") {
    number
    priority
    version
  }
`

export const board = graphql`
  query documentsBoardQuery($input: DispatchBoardInput!) {
    dispatchBoard(input: $input) {
      activities {
        id
        number
        priority
      }
    }
  }
`

export const setPriority = graphql`
  mutation documentsSetPriorityMutation($input: SetActivityPriorityInput!) {
    setActivityPriority(input: $input) {
      activity { ...documents_activity }
      userErrors { code message }
    }
  }
`

export const liveBoard = graphql`
  subscription documentsLiveBoardSubscription($input: DispatchBoardInput!, $after: BoardCursor) {
    dispatchBoard(input: $input, after: $after) {
      __typename
      cursor
      ... on BoardSnapshot {
        reason
        board {
          activities { ...documents_activity }
        }
      }
      ... on ActivityChanged {
        clientMutationKey
        activity { id ...documents_activity }
      }
    }
  }
`
