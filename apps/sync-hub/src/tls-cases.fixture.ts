/** What a responder makes of a certificate. */
export type Responder = 'good' | 'revoked' | 'answers 500' | 'is silent' | 'is not named'

/** Which certificates of nodes a hub takes, as Kong's hybrid mode does; by the number of the case. */
export const tlsCases: readonly {
  readonly id: string
  readonly mode: 'shared' | 'pki'
  readonly shows: 'the same' | 'another' | 'none' | 'of the authority' | 'of another authority' | 'too deep'
  readonly ocsp?: 'on' | 'optional' | 'off'
  readonly responder?: Responder
  readonly accepted: boolean
  /** The level of the one line that the hub logs of it. */
  readonly logged: 'error' | 'warn' | null
}[] = [
  { id: 'tls-01', mode: 'shared', shows: 'the same', accepted: true, logged: null },
  { id: 'tls-02', mode: 'shared', shows: 'another', accepted: false, logged: 'error' },
  { id: 'tls-03', mode: 'shared', shows: 'none', accepted: false, logged: 'error' },
  { id: 'tls-06', mode: 'pki', shows: 'of the authority', accepted: true, logged: null },
  { id: 'tls-07', mode: 'pki', shows: 'of another authority', accepted: false, logged: 'error' },
  { id: 'tls-08', mode: 'pki', shows: 'too deep', accepted: false, logged: 'error' },
  ...asked('on', [
    ['tls-09', 'good', true, null],
    ['tls-10', 'revoked', false, 'error'],
    ['tls-11', 'answers 500', false, 'error'],
    ['tls-12', 'is not named', false, 'error'],
    ['tls-13', 'is silent', false, 'error'],
  ]),
  ...asked('off', [
    ['tls-14', 'good', true, null],
    ['tls-15', 'revoked', true, null],
    ['tls-16', 'answers 500', true, null],
    ['tls-17', 'is not named', true, null],
  ]),
  ...asked('optional', [
    ['tls-19', 'good', true, null],
    ['tls-20', 'revoked', false, 'error'],
    ['tls-21', 'answers 500', true, 'warn'],
    ['tls-22', 'is not named', true, 'warn'],
    ['tls-23', 'is silent', true, 'warn'],
  ]),
]

type Logged = 'error' | 'warn' | null

function asked(
  ocsp: 'on' | 'optional' | 'off',
  rows: readonly (readonly [id: string, responder: Responder, accepted: boolean, logged: Logged])[],
) {
  return rows.map(([id, responder, accepted, logged]) => {
    const shows = 'of the authority' as const
    return { id, mode: 'pki' as const, shows, ocsp, responder, accepted, logged }
  })
}
