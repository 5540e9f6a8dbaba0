import type { EntityDefinition } from './definition.ts'
import { caCertificate } from './kinds/ca-certificate.ts'
import { certificate } from './kinds/certificate.ts'
import { consumer } from './kinds/consumer.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { parameter } from './kinds/parameter.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { sni } from './kinds/sni.ts'
import { target } from './kinds/target.ts'
import { upstream } from './kinds/upstream.ts'
import { workspace } from './kinds/workspace.ts'

/** Every kind of entity there is: one line each. */
export const entityKinds: readonly EntityDefinition[] = [
  parameter,
  workspace,
  service,
  route,
  consumer,
  plugin,
  keyauthCredential,
  certificate,
  sni,
  caCertificate,
  upstream,
  target,
]
