import type { EntityRegistry, Json } from '@biplane/entities'
import { stringify } from 'yaml'
import type { Config } from './draft.ts'
import { HEAD, printedLists } from './print.ts'

/** The document of `printConfig` as YAML text, entity by entity, so that a large one need not be made at once. */
export function* printYaml(config: Config, registry: EntityRegistry): Generator<string> {
  yield yaml(HEAD)
  for (const { kind, entities } of printedLists(config, registry)) {
    yield `${kind}:\n`
    for (const entity of entities) yield yaml([entity])
  }
}

/** By the rules of YAML 1.1, so that readers of both versions see the same: what is a number or a date to either is quoted. */
function yaml(value: Json): string {
  return stringify(value, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 })
}
