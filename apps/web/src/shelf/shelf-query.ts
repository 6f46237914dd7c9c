// Owns: taking runs and experiments off their shelf and back. Must not know: how it is shown.
import { graphql } from "../generated/gql.ts";

export const ARCHIVE_RUN = graphql(`
  mutation ArchiveRun($id: ID!) {
    archiveRun(id: $id) {
      ok
      error {
        message
      }
      run {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);

export const RESTORE_RUN = graphql(`
  mutation RestoreRun($id: ID!) {
    restoreRun(id: $id) {
      ok
      error {
        message
      }
      run {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);

export const DELETE_RUN = graphql(`
  mutation DeleteRun($id: ID!) {
    deleteRun(id: $id) {
      ok
      error {
        message
      }
      run {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);

export const ARCHIVE_EXPERIMENT = graphql(`
  mutation ArchiveExperiment($id: ID!) {
    archiveExperiment(id: $id) {
      ok
      error {
        message
      }
      experiment {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);

export const RESTORE_EXPERIMENT = graphql(`
  mutation RestoreExperiment($id: ID!) {
    restoreExperiment(id: $id) {
      ok
      error {
        message
      }
      experiment {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);

export const DELETE_EXPERIMENT = graphql(`
  mutation DeleteExperiment($id: ID!) {
    deleteExperiment(id: $id) {
      ok
      error {
        message
      }
      experiment {
        archivedAt
        deletedAt
        purgeAfter
      }
    }
  }
`);
