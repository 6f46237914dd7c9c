// Owns: what the list of problems asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const PROBLEM_SETS = graphql(`
  query ProblemSets {
    problemSets(first: 100) {
      nodes {
        id
        name
        counts {
          split
          bucket
          count
        }
      }
    }
  }
`);

export const PROBLEMS = graphql(`
  query Problems($filter: ProblemFilter, $after: Cursor) {
    problems(filter: $filter, first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        environment
        message
        operations
        chain
        rung
        tests {
          args
        }
        memberships {
          problemSetId
          bucket
          passes
          attempts
        }
        origin {
          teacher
          source
        }
      }
    }
  }
`);
