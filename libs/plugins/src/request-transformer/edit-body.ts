import { applyEdits, type EditableFields, type Edits, isEmpty } from '../transforming/edits.ts'
import { formEditor } from '../transforming/form-editor.ts'
import { jsonEditor } from '../transforming/json-editor.ts'
import { multipartEditor } from '../transforming/multipart-editor.ts'

export const FORM = 'application/x-www-form-urlencoded'
const JSON_OBJECT = 'application/json'
const MULTIPART = 'multipart/form-data'

/** Without parameters, in lower case; '' where none is stated. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

export function isEditable(type: string): boolean {
  return type === FORM || type === JSON_OBJECT || type === MULTIPART
}

/** The body after the edits; undefined where it stays as it is, being empty or not what its type says. */
export function editedBody(contentType: string, bytes: Uint8Array, edits: Edits): Uint8Array | undefined {
  const fitting = bytes.byteLength > 0 ? edits : { ...edits, remove: [], rename: [], replace: [] }
  if (isEmpty(fitting)) return undefined
  const editor = editorOf(contentType, bytes)
  return editor !== undefined && applyEdits(editor, fitting) ? editor.encode() : undefined
}

function editorOf(
  contentType: string,
  bytes: Uint8Array,
): (EditableFields & { encode(): Uint8Array }) | undefined {
  switch (mediaType(contentType)) {
    case FORM:
      return formEditor(bytes)
    case MULTIPART:
      return multipartEditor(bytes, contentType)
    default:
      return jsonEditor(bytes)
  }
}
