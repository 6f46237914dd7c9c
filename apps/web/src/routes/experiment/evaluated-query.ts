// Owns: what the panels of held-out results ask of the API. Must not know: how they are shown.
import { graphql } from "../../generated/gql.ts";

export const EVALUATED = graphql(`
  query Evaluated($experimentId: ID!) {
    experiment(id: $experimentId) {
      id
      runs {
        id
        seed
        arm {
          id
        }
        evaluations {
          step
          completedAt
          samples
          passAt1
          byBucket {
            bucket
            passAt1
          }
          results(first: 1000) {
            nodes {
              passes
              samples
            }
          }
        }
      }
    }
  }
`);
