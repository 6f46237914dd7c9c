// Owns: what the settings ask of the API and tell it. Must not know: how it is shown.
import { graphql } from "../../generated/gql.ts";

export const API_KEYS = graphql(`
  query ApiKeys {
    projects {
      id
      name
    }
    apiKeys {
      id
      name
      projectId
      scope
      createdAt
      createdBy
      expiresAt
      revokedAt
      lastUsedAt
    }
  }
`);

export const AUDIT_LOG = graphql(`
  query AuditLog($before: BigInt) {
    auditLog(first: 50, before: $before) {
      id
      at
      who
      projectId
      what
      target
      ok
      message
    }
  }
`);

export const CREATE_API_KEY = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      ok
      text
      error {
        message
        fields {
          path
          expected
        }
      }
      key {
        id
        name
      }
    }
  }
`);

export const REVOKE_API_KEY = graphql(`
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(id: $id) {
      ok
      error {
        message
      }
    }
  }
`);
