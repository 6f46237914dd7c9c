// Owns: what the list of runs asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const RUNS = graphql(`
  query Runs($text: String, $shelf: Shelf, $first: Int!, $metric: String!) {
    runs(filter: { text: $text, shelf: $shelf }, first: $first) {
      totalCount
      nodes {
        id
        name
        seed
        status
        stepsDone
        totalSteps
        isExternal
        tags
        createdAt
        cursor
        experiment {
          id
          name
        }
        arm {
          id
          ordinal
          name
        }
        metricNames(contains: $metric, first: 20) {
          nodes {
            name
            lastStep
            lastValue
          }
        }
      }
    }
  }
`);
