// Owns: what is asked of the texts, tables and histograms that a run's trainer logged. Must not know: how they are shown.
import { graphql } from "../../generated/gql.ts";

export const SAMPLES = graphql(`
  query Samples($id: ID!, $name: String, $first: Int!, $after: Cursor) {
    run(id: $id) {
      id
      samples(name: $name, first: $first, after: $after) {
        nodes {
          id
          name
          step
          kind
          body
          at
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);
