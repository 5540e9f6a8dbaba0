import { unreadableConfig } from '@biplane/declarative'
import { isJsonObject, type JsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { BadRequest } from './bad-request.ts'
import { parseBody } from './body.ts'
import { readApart } from './read-apart.ts'

/** A declarative config as it was sent. */
export interface SentDocument {
  readonly document: JsonObject
  /** Whether it came as text, which Kong can tell from the one before. */
  readonly isText: boolean
}

/**
 * The document of a request: a JSON body that is one, the member `config` of a JSON body or a form, or the text of the body
 * itself, as YAML.
 *
 * @throws BadRequest, and DomainError for a text that is no document
 */
export async function readDocument(request: FastifyRequest): Promise<SentDocument> {
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array()
  const text = new TextDecoder().decode(bytes)
  const type = request.headers['content-type']?.trim() ?? ''
  if (YAML.test(type) || (type === '' && text === '')) return await fromText(text)
  if (!STRUCTURED.test(type)) throw new BadRequest(415, '')
  const body = await parseBody(type, bytes)
  if (body.kind === 'form') {
    const given = body.pairs.find(([name]) => name === 'config')
    return await fromText(given?.[1] ?? text)
  }
  const { value } = body
  if (Object.hasOwn(value, '_format_version')) return { document: value, isText: false }
  if (typeof value.config === 'string') return await fromText(value.config)
  return isJsonObject(value.config) ? { document: value.config, isText: false } : await fromText(text)
}

const YAML = /^(text|application)\/(x-)?yaml/i
const STRUCTURED = /^(application\/json|application\/x-www-form-urlencoded|multipart\/form-data)/i

async function fromText(text: string): Promise<SentDocument> {
  if (text === '') throw new BadRequest(400, 'expected a declarative configuration')
  const reading = await readApart(text)
  if ('problem' in reading) throw unreadableConfig(reading.problem)
  return { document: reading.document, isText: true }
}
