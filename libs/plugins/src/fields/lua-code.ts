import { array, map, string } from '@biplane/entities'

// Kong compiles Lua when it is written and refuses what does not parse. There is no Lua here to ask, so any text that is
// not empty is accepted.

/** Lua expressions by the name of the log field that takes their value. */
export const luaFields = luaFieldsAs('Lua code as a key-value map')

export function luaFieldsAs(description: string) {
  return map(string({ len_min: 1 }), string({ len_min: 1 }), { description })
}

/** Lua functions that run one after the other. */
export const luaFunctions = array(string({ required: false }), { required: true, default: [] })
