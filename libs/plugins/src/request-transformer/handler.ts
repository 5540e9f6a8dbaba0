import { fromBytes, toBytes } from '../byte-text.ts'
import type { PluginContext } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { formPairs, valueIn } from '../form-pairs.ts'
import { type EditLists, editTemplates } from '../transforming/edit-templates.ts'
import { applyEdits, type Edits, isEmpty } from '../transforming/edits.ts'
import { headerEditor } from '../transforming/header-editor.ts'
import { queryEditor } from '../transforming/query-editor.ts'
import { parseTemplate, type TemplateValues } from '../transforming/template.ts'
import { editedBody, FORM, isEditable, mediaType } from './edit-body.ts'
import { type RequestTransformerConfig, requestTransformerSchema } from './schema.ts'

/** A longer body goes upstream as it is. */
const BODY_LIMIT = 8 * 1024 * 1024

export const requestTransformer = definePlugin<RequestTransformerConfig>({
  name: requestTransformerSchema.name,
  priority: requestTransformerSchema.priority,
  create(config) {
    const uri = config.replace.uri === null ? null : parseTemplate(config.replace.uri)
    const headers = editTemplates(headerLists(config), (bytes) => bytes)
    const host = editTemplates(
      { ...NO_EDITS, replace: config.replace.headers.filter(isHost) },
      (bytes) => bytes,
    )
    const body = editTemplates(listsOf(config, 'body'), fromBytes)
    const query = editTemplates(listsOf(config, 'querystring'), fromBytes)
    const editsBody = !isEmpty(body(NOTHING))
    const movesForm = config.http_method !== null && WITHOUT_BODY.has(config.http_method)
    const needsBody = ({ request }: PluginContext): boolean => {
      const type = mediaType(request.headers.get('content-type'))
      return (editsBody && isEditable(type)) || (movesForm && type === FORM)
    }
    const need = { limit: BODY_LIMIT, evenIfNone: editsBody, when: needsBody }
    return {
      needs: editsBody || movesForm ? { requestBody: need } : {},
      access(context) {
        const { request, upstream } = context
        // All templates see the request as it came to this plugin.
        const values = valuesOf(context)
        const path = uri?.render(values)
        const edits = { headers: headers(values), body: body(values), query: query(values) }
        for (const [, value] of host(values).replace) upstream.host = value
        if (path) upstream.path = path
        if (config.http_method !== null) upstream.method = config.http_method
        if (movesForm) moveForm(context)
        const type = request.headers.get('content-type')
        applyEdits(headerEditor(request.headers), edits.headers)
        if (editsBody) editBody(context, type, edits.body)
        if (!isEmpty(edits.query)) applyEdits(queryEditor(request.query), edits.query)
        return undefined
      },
    }
  },
})

const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE'])
const NO_EDITS: EditLists = { remove: [], rename: [], replace: [], add: [], append: [] }
const NOTHING: TemplateValues = () => undefined

function listsOf(config: RequestTransformerConfig, part: 'headers' | 'body' | 'querystring'): EditLists {
  const { remove, rename, replace, add, append } = config
  return {
    remove: remove[part],
    rename: rename[part],
    replace: replace[part],
    add: add[part],
    append: append[part],
  }
}

/** Host is told apart: it can only be replaced. */
function headerLists(config: RequestTransformerConfig): EditLists {
  const { remove, rename, replace, add, append } = listsOf(config, 'headers')
  const others = (list: readonly string[]) => list.filter((entry) => !isHost(entry))
  return {
    remove: others(remove),
    rename: others(rename).filter((entry) => !/:+host$/i.test(entry)),
    replace: others(replace),
    add: others(add),
    append: others(append),
  }
}

function isHost(entry: string): boolean {
  return /^host(?::|$)/i.test(entry)
}

/** Names of headers are found with underscores for dashes too, which Lua takes after a dot. */
function valuesOf({ request, uriCaptures, shared }: PluginContext): TemplateValues {
  return (namespace, name) => {
    switch (namespace) {
      case 'headers':
        return request.headers.get(name) ?? request.headers.get(name.replaceAll('_', '-'))
      case 'query_params': {
        const [value] = request.query.getAll(name)
        return value === undefined ? undefined : toBytes(value)
      }
      case 'uri_captures':
        return (Object.hasOwn(uriCaptures, name) && uriCaptures[name]) || undefined
      case 'shared': {
        const value = shared.get(name) ?? null
        return value === null || typeof value === 'object' ? undefined : toBytes(String(value))
      }
    }
  }
}

/** What a form says goes into the query of a request that is to have no body of its own; the body stays as well, as in Kong. */
function moveForm({ request }: PluginContext): void {
  if (request.body === null || mediaType(request.headers.get('content-type')) !== FORM) return
  const byName = Map.groupBy(formPairs(request.body.bytes), ([name]) => name)
  for (const [name, pairs] of byName)
    request.query.set(name, [...request.query.getAll(name), ...pairs.map(([, written]) => valueIn(written))])
}

/** @param type of the body, as the client stated it */
function editBody({ request, log }: PluginContext, type: string | undefined, edits: Edits): void {
  if (!isEditable(mediaType(type))) return
  if (request.body === null) {
    log.warn({ limit: BODY_LIMIT }, 'a request body is too long to be transformed')
    return
  }
  const edited = editedBody(type ?? '', request.body.bytes, edits)
  if (edited !== undefined) request.body.replace(edited)
}
