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
