// Owns: telling the API what people say of a run or an experiment. Must not know: how it is shown.
import { graphql } from "../generated/gql.ts";

export const EDIT_RUN = graphql(`
  mutation EditRun($input: EditInput!) {
    editRun(input: $input) {
      ok
      error {
        message
      }
      run {
        tags
        notes
      }
    }
  }
`);

export const EDIT_EXPERIMENT = graphql(`
  mutation EditExperiment($input: EditInput!) {
    editExperiment(input: $input) {
      ok
      error {
        message
      }
      experiment {
        tags
        notes
      }
    }
  }
`);
