// Owns: what the settings ask of the API about alerts and what was told of them. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const ALERTS = graphql(`
  query Alerts($filter: AlertFilter, $after: Cursor) {
    alerts(filter: $filter, first: 25, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        message
        muted
        isOpen
        openedAt
        resolvedAt
        resolution
        rule {
          id
          name
        }
        run {
          id
          name
        }
        deliveries {
          id
          type
          attempts
          deliveredAt
          nextAttemptAt
          failure
        }
      }
    }
  }
`);
