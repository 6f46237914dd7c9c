// Owns: what the settings ask of the API about alert rules and tell it. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const ALERT_RULES = graphql(`
  query AlertRules {
    projects {
      id
      name
    }
    alertRules {
      id
      name
      condition
      projectId
      experimentId
      webhookUrl
      mutedUntil
      createdAt
      createdBy
      deletedAt
    }
  }
`);

export const CREATE_ALERT_RULE = graphql(`
  mutation CreateAlertRule($input: CreateAlertRuleInput!) {
    createAlertRule(input: $input) {
      ok
      error {
        message
        fields {
          path
          expected
        }
      }
      rule {
        id
        name
      }
      webhookSecret
    }
  }
`);

export const MUTE_ALERT_RULE = graphql(`
  mutation MuteAlertRule($id: ID!, $until: DateTime) {
    muteAlertRule(id: $id, until: $until) {
      ok
      error {
        message
      }
    }
  }
`);

export const DELETE_ALERT_RULE = graphql(`
  mutation DeleteAlertRule($id: ID!) {
    deleteAlertRule(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);
