// Owns: what this page asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const PROBLEM = graphql(`
  query Problem($id: ID!) {
    problem(id: $id) {
      id
      environment
      contentHash
      message
      entryPoint
      reference
      visibleTests
      operations
      chain
      rung
      createdAt
      parent {
        id
        message
      }
      origin {
        teacher
        seed
        source
      }
      tests {
        args
        expected
        source
      }
    }
  }
`);

export const CHAIN = graphql(`
  query Chain($chain: String!) {
    problems(filter: { chain: $chain }, first: 200) {
      totalCount
      nodes {
        id
        message
        rung
        parent {
          id
        }
      }
    }
  }
`);

export const PROBLEM_ROLLOUTS = graphql(`
  query ProblemRollouts($problemId: ID!, $after: Cursor) {
    rollouts(filter: { problemId: $problemId }, first: 200, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        index
        policyVersion
        verdict
        reward
        advantage
        completionTokenCount
        group {
          id
          scopeKind
          runId
          step
          ordinal
          admitted
          refusedBy
        }
      }
    }
  }
`);

export const ARMS_OF_RUNS = graphql(`
  query ArmsOfRuns($runIds: [ID!]!) {
    runs(filter: { ids: $runIds }, first: 200) {
      nodes {
        id
        experiment {
          id
          name
        }
        arm {
          id
          ordinal
          name
        }
      }
    }
  }
`);
