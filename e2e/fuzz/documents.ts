import type { Catalogue } from './catalogue.ts'
import { anEntity } from './entities.ts'
import { hostileTexts, hostileValue } from './hostile-values.ts'
import { type Json, type JsonObject, jsonText } from './json.ts'
import { mutated } from './mutate.ts'
import type { Random } from './random.ts'

/** What takes everything away, the rows that plugins write included. */
export const nothing = jsonText({
  _format_version: '3.0',
  oauth2_tokens: [],
  oauth2_authorization_codes: [],
  sessions: [],
  acme_storage: [],
})

/** A whole config to import: some entities of some kinds, at times with a fault in it. */
export function aDocument(catalogue: Catalogue, random: Random): JsonObject {
  const kinds = random.some([...catalogue.schemas.keys()], 5)
  const lists = kinds.map((kind): [string, Json] => {
    const rows = Array.from({ length: 1 + random.below(3) }, () => anEntity(catalogue, kind, random))
    return [kind, random.chance(0.8) ? rows : rows.map((row) => mutated(row, random))]
  })
  const nested = random.chance(0.3) ? { services: [aTree(catalogue, random)] } : {}
  const version = random.chance(0.9) ? random.pick(['1.1', '2.1', '3.0']) : hostileValue(random)
  const also: JsonObject = random.chance(0.1) ? { [random.pick(hostileTexts)]: hostileValue(random) } : {}
  return { _format_version: version, ...also, ...Object.fromEntries(lists), ...nested }
}

/** Routes and plugins inside their service, as people write them. */
function aTree(catalogue: Catalogue, random: Random): JsonObject {
  const { service: _, ...route } = anEntity(catalogue, 'routes', random)
  const plugin = { name: random.pick(['key-auth', 'cors', 'nothing']), tags: ['t'] }
  const tree = {
    ...anEntity(catalogue, 'services', random),
    routes: [{ ...route, plugins: [plugin] }],
    plugins: [plugin],
  }
  return random.chance(0.3) ? mutated(tree, random) : tree
}

/** Texts that are YAML only for some, or more than they seem. */
export function hostileYaml(random: Random): string {
  const level =
    '\n' +
    Array.from({ length: 12 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`).join('\n')
  return random.pick([
    `_format_version: "3.0"\nl0: &l0 [x]${level}\nservices: *l12\n`,
    `_format_version: "3.0"\nservices: &s\n- host: h.test\n  name: a\n  <<: *s\n`,
    `_format_version: "3.0"\n__proto__: {polluted: true}\nservices: [{host: h.test, __proto__: {polluted: 1}}]\n`,
    `_format_version: "3.0"\nconstructor: {prototype: {polluted: true}}\n`,
    `_format_version: "3.0"\nservices: [{host: !!binary aGVsbG8=, name: !!float 3, retries: !!str 3}]\n`,
    `_format_version: "3.0"\nservices: !!js/function "function () {}"\n`,
    `_format_version: 3.0\nservices:\n- {host: yes, name: 0777, retries: 0x10, port: 1_000, tags: [2001-01-01, ~, null, 1:30]}\n`,
    `_format_version: "3.0"\nservices:\n- host: h.test\n  host: i.test\n`,
    `_format_version: "3.0"\n---\n_format_version: "3.0"\n`,
    `_format_version: "3.0"\n? {a: b}\n: c\n? [d]\n: e\n`,
    `_format_version: "3.0"\nservices: ${'['.repeat(3000)}${']'.repeat(3000)}\n`,
    `_format_version: "3.0"\nservices:\n- host: "a\\0b\\uD800"\n  name: "\\r\\nx"\n`,
    `_format_version: "3.0"\nroutes: [{paths: ["~/(a+)+$", "~/((("], name: r}]\n`,
    `_format_version: "3.0"\nconsumers: [{username: a, keyauth_credentials: [{key: k}], groups: [{name: g}, {name: g}]}]\n`,
    `_format_version: "3.0"\n_transform: ${random.pick(['false', '1', '{}'])}\nconsumers: [{username: a}]\n`,
    `%YAML 9.9\n%TAG ! tag:x,1:\n--- !x {}\n`,
    '\t- a',
    `"${random.pick(hostileTexts)}"`,
    '&a [*a]',
    '- ',
    '%',
  ])
}
