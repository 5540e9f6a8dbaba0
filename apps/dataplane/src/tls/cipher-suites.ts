import type { Settings } from '@biplane/service'
import type { TlsSettings } from './tls-settings.ts'

type Choice = Pick<TlsSettings, 'minVersion' | 'maxVersion' | 'ciphers' | 'honorCipherOrder' | 'dhparam'>

export type CipherSettings = Pick<
  Settings<'dataplane'>,
  'ssl_cipher_suite' | 'ssl_ciphers' | 'ssl_protocols' | 'ssl_prefer_server_ciphers' | 'ssl_dhparam'
>

/** Versions and ciphers as `ssl_cipher_suite` and the settings beside it say: those of a suite by name count for more than they. */
export function cipherChoice(settings: CipherSettings): Choice {
  const { ssl_cipher_suite: suite, ssl_ciphers, ssl_protocols, ssl_prefer_server_ciphers } = settings
  const dhparam = settings.ssl_dhparam ?? 'auto'
  if (suite === 'old') return { ...SUITES.old, dhparam }
  if (suite !== 'custom') return { ...SUITES[suite], dhparam: 'auto' }
  return {
    minVersion: ssl_protocols.oldest,
    maxVersion: ssl_protocols.newest,
    ciphers: ssl_ciphers === null ? null : withTls13(ssl_ciphers),
    honorCipherOrder: ssl_prefer_server_ciphers,
    dhparam,
  }
}

/** Node.js speaks no TLS 1.3 where none of its ciphers is named. */
function withTls13(ciphers: string): string {
  return ciphers.split(':').some((cipher) => cipher.startsWith('TLS_')) ? ciphers : `${TLS13}:${ciphers}`
}

const TLS13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'

const INTERMEDIATE = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['DHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES256-GCM-SHA384'],
]

const OLD = [
  ...INTERMEDIATE,
  'DHE-RSA-CHACHA20-POLY1305',
  ...[
    'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-RSA-AES128-SHA256',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-RSA-AES128-SHA',
  ],
  ...[
    'ECDHE-ECDSA-AES256-SHA384',
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-ECDSA-AES256-SHA',
    'ECDHE-RSA-AES256-SHA',
  ],
  ...['DHE-RSA-AES128-SHA256', 'DHE-RSA-AES256-SHA256', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384'],
  ...['AES128-SHA256', 'AES256-SHA256', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA'],
]

/** Mozilla's recommendations for servers, as Kong has them. */
const SUITES = {
  modern: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: null, honorCipherOrder: false },
  intermediate: {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: withTls13(INTERMEDIATE.join(':')),
    honorCipherOrder: false,
  },
  old: {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.3',
    // OpenSSL speaks no version before 1.2 at a higher level of security.
    ciphers: withTls13([...OLD, '@SECLEVEL=0'].join(':')),
    honorCipherOrder: true,
  },
} as const
