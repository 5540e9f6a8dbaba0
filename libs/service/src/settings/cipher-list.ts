import { createSecureContext } from 'node:tls'
import type { Form } from './form.ts'

/** As OpenSSL writes it. */
export const cipherList: Form<string> = {
  expects: 'ciphers as OpenSSL lists them, separated by colons',
  parse(text) {
    try {
      createSecureContext({ ciphers: text })
      return { value: text }
    } catch {
      // The boundary to OpenSSL, which says no more than that it found none.
      return { wrong: `use ${this.expects}: it knows none of these` }
    }
  },
}
