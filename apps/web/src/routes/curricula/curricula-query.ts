// Owns: what the page of curricula asks of the API. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const CURRICULA = graphql(`
  query Curricula {
    curricula {
      id
      name
      version
      specification
      createdAt
      arms {
        id
        name
        experiment {
          id
          name
        }
        runs {
          id
        }
      }
    }
    curriculumPresets {
      name
      summary
      specification
    }
  }
`);

export const SIMULATE = graphql(`
  query SimulateCurriculum($input: SimulateCurriculumInput!) {
    simulateCurriculum(input: $input) {
      ok
      error {
        message
        fields {
          path
          expected
        }
      }
      simulation {
        uniqueProblems
        problems
        warnings
        windows {
          fromStep
          toStep
          admitted
          rolloutsPerStep
          drawn {
            bucket
            value
          }
          passRate {
            bucket
            value
          }
        }
      }
    }
  }
`);
