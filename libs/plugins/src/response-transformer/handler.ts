import type { Json } from '@biplane/entities'
import { toBytes } from '../byte-text.ts'
import type { PluginContext } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { splitPair } from '../fields/name-value-pairs.ts'
import { applyEdits, type Edits, isEmpty } from '../transforming/edits.ts'
import { headerEditor } from '../transforming/header-editor.ts'
import { jsonEditor } from '../transforming/json-editor.ts'
import { type ResponseTransformerConfig, responseTransformerSchema } from './schema.ts'

/** A longer body goes to the client as it is. */
const BODY_LIMIT = 8 * 1024 * 1024

export const responseTransformer = definePlugin<ResponseTransformerConfig>({
  name: responseTransformerSchema.name,
  priority: responseTransformerSchema.priority,
  create({ remove, rename, replace, add, append }) {
    const headers: Edits = {
      remove: remove.headers.map((entry) => splitPair(entry).name),
      rename: pairsOf(rename.headers),
      replace: pairsOf(replace.headers),
      add: pairsOf(add.headers),
      append: pairsOf(append.headers),
    }
    const json: Edits<Json> = {
      remove: remove.json.map((entry) => splitPair(entry).name),
      rename: [],
      replace: membersOf(replace),
      add: membersOf(add),
      append: membersOf(append),
    }
    const editsBody = !isEmpty(json)
    return {
      // Only JSON is held back; all else streams.
      needs: editsBody ? { responseBody: { limit: BODY_LIMIT, when: isJson } } : {},
      response(context) {
        const { response } = context
        // Its head is sent, in Kong, before it is known what becomes of the body.
        if (editsBody && isJson(context)) response.headers.remove('content-length')
        applyEdits(headerEditor(response.headers), headers)
        if (editsBody && response.body !== null) editBody(response.body, json)
        return undefined
      },
    }
  },
})

function isJson({ response: { headers } }: PluginContext): boolean {
  return headers.get('content-type')?.toLowerCase().includes('application/json') ?? false
}

/** What says it is JSON and is none stays as it is, and so does what is empty. */
function editBody(body: NonNullable<PluginContext['response']['body']>, edits: Edits<Json>): void {
  const editor = body.bytes.byteLength === 0 ? undefined : jsonEditor(body.bytes)
  if (editor !== undefined && applyEdits(editor, edits)) body.replace(editor.encode())
}

function pairsOf(list: readonly string[]): (readonly [name: string, value: string])[] {
  return list
    .map(splitPair)
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => [name, toBytes(value)] as const)
}

type Added = ResponseTransformerConfig['add']

/** Values are texts where no type is stated for their place in the list; what is not of its type is left out. */
function membersOf({ json, json_types: types }: Added): (readonly [name: string, value: Json])[] {
  return json.flatMap((pair, i) => {
    const { name, value } = splitPair(pair)
    const typed = value === '' ? undefined : cast(value, types[i] ?? 'string')
    return typed === undefined ? [] : [[name, typed] as const]
  })
}

function cast(value: string, type: Added['json_types'][number]): Json | undefined {
  switch (type) {
    case 'number':
      return Number.isFinite(Number(value)) ? Number(value) : undefined
    case 'boolean':
      return value === 'true'
    case 'string':
      return value
  }
}
