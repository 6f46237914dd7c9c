// Owns: what is asked of a run beside its page's own answer: open alerts, and what it waits for. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const RUN_WATCH = graphql(`
  query RunWatch($id: ID!) {
    run(id: $id) {
      id
      waitsFor {
        message
        isStalled
      }
      openAlerts {
        id
        message
        openedAt
        muted
        rule {
          id
          name
        }
      }
    }
  }
`);

export const RESOLVE_ALERT = graphql(`
  mutation ResolveAlert($id: ID!) {
    resolveAlert(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);
