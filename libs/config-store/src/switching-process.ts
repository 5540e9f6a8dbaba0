/**
 * A process for switching.int.spec.ts: says that it begins, opens the store named by its first argument as the second one
 * says, and says that it has.
 */
import { LOOKUPS } from './fixtures.ts'
import { fromTexts } from './key-text.ts'
import { openStore } from './open-store.ts'

const [, , directory = '', on, keys = '[]'] = process.argv
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const encryption = { on: on === 'on', keys: fromTexts(JSON.parse(keys)) }
process.stdout.write('begins\n')
const store = await openStore({ directory, lookups: LOOKUPS, encryption, log })
process.stdout.write('opened\n')
setInterval(() => store.position, 1000)
