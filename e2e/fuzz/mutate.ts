import { hostileTexts, hostileValue, own } from './hostile-values.ts'
import { AGAIN, isJsonObject, type Json, type JsonObject, raw } from './json.ts'
import type { Random } from './random.ts'

/** The same body, wrong in one place. */
export function mutated(body: JsonObject, random: Random): JsonObject {
  const changed = inside(body, random)
  return isJsonObject(changed) ? changed : { ...body, tags: changed }
}

/** Walks down to some member and spoils it there. */
function inside(value: Json, random: Random): Json {
  if (isJsonObject(value) && (Object.keys(value).length === 0 || random.chance(0.3)))
    return spoiledObject(value, random)
  if (isJsonObject(value)) {
    const name = random.pick(Object.keys(value))
    return { ...value, [name]: inside(value[name] ?? null, random) }
  }
  if (Array.isArray(value) && value.length > 0 && random.chance(0.7)) {
    const at = random.below(value.length)
    return value.map((member: Json, index) => (index === at ? inside(member, random) : member))
  }
  return spoiled(value, random)
}

function spoiledObject(value: JsonObject, random: Random): JsonObject {
  const names = Object.keys(value)
  const name = names.length === 0 ? 'a' : random.pick(names)
  const { [name]: member = null, ...others } = value
  return random.pick<() => JsonObject>([
    () => others,
    () => ({ ...value, [random.pick(hostileTexts)]: hostileValue(random) }),
    () => ({ ...value, ...own('__proto__', hostileValue(random)) }),
    () => ({ ...value, [`${AGAIN}${name}`]: hostileValue(random) }),
    () => ({
      ...others,
      [random.pick([`${name} `, name.toUpperCase(), `${name}\0`, `${name}.${name}`])]: member,
    }),
    () => ({ ...value, [name]: null }),
    () => ({ ...value, id: hostileValue(random) }),
    () => ({ ...value, created_at: hostileValue(random), updated_at: hostileValue(random) }),
    () => ({ ...value, ttl: hostileValue(random) }),
    () => ({ ...value, tags: [hostileValue(random), hostileValue(random)] }),
  ])()
}

function spoiled(value: Json, random: Random): Json {
  return random.pick<() => Json>([
    () => hostileValue(random),
    () => hostileValue(random),
    () => [value],
    () => ({ id: value }),
    () => ({ name: value }),
    () => String(value),
    () => (typeof value === 'string' ? textMutated(value, random) : raw(String(value).slice(0, 20))),
  ])()
}

function textMutated(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  return random.pick([
    `${text.slice(0, at)}${random.pick(hostileTexts)}${text.slice(at)}`,
    text.slice(0, at),
    text.toUpperCase(),
    `${text}${random.pick(hostileTexts)}`,
    ` ${text} `,
    text.repeat(3),
  ])
}
