// Owns: what is asked and told about views that people keep. Must not know: how they are shown.
import { graphql } from "../generated/gql.ts";

export const SAVED_VIEWS = graphql(`
  query SavedViews($page: String!) {
    savedViews(page: $page) {
      id
      projectId
      name
      state
      createdBy
      updatedAt
    }
  }
`);

export const SAVE_VIEW = graphql(`
  mutation SaveView($input: SaveViewInput!) {
    saveView(input: $input) {
      ok
      error {
        message
      }
    }
  }
`);

export const DELETE_VIEW = graphql(`
  mutation DeleteView($id: ID!) {
    deleteView(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);
