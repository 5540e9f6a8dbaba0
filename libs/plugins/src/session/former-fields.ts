import { boolean, number, type Shorthand, string } from '@biplane/entities'

/** What the fields of a session were called before 3.2. They are still understood, and never shown. */
export const formerSessionFields: Readonly<Record<string, Shorthand>> = {
  cookie_lifetime: { field: number(), expand: (value: number | null) => ({ rolling_timeout: value }) },
  cookie_idletime: { field: number(), expand: (value: number | null) => ({ idling_timeout: value ?? 0 }) },
  // When a session is renewed follows from its timeouts now.
  cookie_renew: { field: number(), expand: () => ({}) },
  cookie_discard: { field: number(), expand: (value: number | null) => ({ stale_ttl: value }) },
  cookie_samesite: {
    field: string(),
    expand: (value: string | null) => ({ cookie_same_site: value === 'off' ? 'Lax' : value }),
  },
  cookie_httponly: { field: boolean(), expand: (value: boolean | null) => ({ cookie_http_only: value }) },
  cookie_persistent: { field: boolean(), expand: (value: boolean | null) => ({ remember: value }) },
}
