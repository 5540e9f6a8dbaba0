import { oneOf } from '../form.ts'
import { privateKeys } from '../pem.ts'
import { setting } from '../setting.ts'

const hubAndNode = ['sync-hub', 'dataplane'] as const

/** How the copy of the config lies on the disk of a hub or a node. */
export const cacheSettings = {
  declarative_config_encryption_mode: setting({
    apps: hubAndNode,
    form: oneOf('off', 'aes-256-gcm'),
    default: 'off',
    description:
      'How the copy of the config on the disk is encrypted, under a key that cluster_cert_key opens. A change takes effect at the next start, which writes the copy anew.',
  }),
  cluster_cert_key_previous: setting({
    apps: hubAndNode,
    form: privateKeys,
    default: '',
    secret: true,
    description:
      'The private keys that cluster_cert_key has replaced: at a start, an encrypted copy of the config that was written under one of them is readable, and is made readable with cluster_cert_key.',
  }),
}
