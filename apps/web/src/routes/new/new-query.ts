// Owns: what the page that starts an experiment asks of the API and tells it. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const TEMPLATES = graphql(`
  query Templates {
    experiments(first: 10) {
      nodes {
        id
        name
        specification
      }
    }
    problemSets(first: 1) {
      nodes {
        id
        name
      }
    }
    experimentTemplates {
      id
      name
      description
      source
    }
  }
`);

export const SAVE_TEMPLATE = graphql(`
  mutation SaveTemplate($input: SaveTemplateInput!) {
    saveTemplate(input: $input) {
      ok
      error {
        message
      }
    }
  }
`);

export const DELETE_TEMPLATE = graphql(`
  mutation DeleteTemplate($id: ID!) {
    deleteTemplate(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);

export const VALIDATE = graphql(`
  mutation ValidateExperiment($source: String!) {
    validateExperiment(source: $source) {
      ok
      runCount
      specification
      selections {
        arm
        problems
        of
        hash
        note
        buckets {
          name
          problems
        }
        environments {
          name
          problems
        }
      }
      error {
        message
        fields {
          path
          value
          expected
        }
      }
    }
  }
`);

export const CREATE = graphql(`
  mutation CreateExperiment($input: CreateExperimentInput!) {
    createExperiment(input: $input) {
      ok
      error {
        message
        fields {
          path
          expected
        }
      }
      experiment {
        id
      }
    }
  }
`);
