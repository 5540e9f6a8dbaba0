import type { Form } from './form.ts'

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

export type TlsVersion = (typeof VERSIONS)[number]

/** From the oldest to the newest that is spoken. */
export interface TlsVersions {
  readonly oldest: TlsVersion
  readonly newest: TlsVersion
}

/** As nginx lists them. OpenSSL knows ranges only, so that none in the middle may be missing. */
export const tlsVersions: Form<TlsVersions> = {
  expects: `one or more of ${VERSIONS.join(', ')}, separated by spaces, none in the middle left out`,
  shownAs: 'list',
  parse(text) {
    const words = new Set(text.split(/[\s,]+/))
    const chosen = VERSIONS.filter((version) => words.delete(version))
    const [oldest, newest] = [chosen[0], chosen.at(-1)]
    const isWhole =
      oldest !== undefined &&
      newest !== undefined &&
      VERSIONS.indexOf(newest) - VERSIONS.indexOf(oldest) === chosen.length - 1
    return isWhole && words.size === 0 ? { value: { oldest, newest } } : { wrong: `use ${this.expects}` }
  },
}
