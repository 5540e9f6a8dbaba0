import { describe, expect, it } from 'vitest'
import { entityKinds, schemaOnlyKinds } from './kinds.ts'

/** What nodes get, kind by kind, as Kong 3.4 exports it. */
const EXPORTED: Record<string, boolean> = {
  parameters: true,
  workspaces: true,
  services: true,
  routes: true,
  consumers: true,
  consumer_groups: true,
  consumer_group_consumers: true,
  plugins: true,
  certificates: true,
  snis: true,
  ca_certificates: true,
  upstreams: true,
  targets: true,
  target_health: true,
  vaults: true,
  keys: true,
  key_sets: true,
  keyauth_credentials: true,
  basicauth_credentials: true,
  hmacauth_credentials: true,
  jwt_secrets: true,
  acls: true,
  oauth2_credentials: true,
  oauth2_tokens: true,
  acme_storage: true,
  oauth2_authorization_codes: false,
  sessions: false,
}

describe('what nodes get', () => {
  it.each(entityKinds.map((definition) => [definition.kind, definition] as const))(
    '%s',
    (kind, definition) => {
      expect(definition.exportedWhen({ id: 'x', enabled: true })).toBe(EXPORTED[kind])
    },
  )

  it.each(['tags', 'ratelimiting_metrics', 'clustering_data_planes'])('never %s', (kind) => {
    expect(schemaOnlyKinds.map((definition) => definition.kind)).toContain(kind)
    expect(entityKinds.map((definition) => definition.kind)).not.toContain(kind)
  })

  it.each(['services', 'plugins'])('none of the %s that are disabled', (kind) => {
    const definition = entityKinds.find((each) => each.kind === kind)
    expect(definition?.exportedWhen({ id: 'x', enabled: false })).toBe(false)
  })
})
