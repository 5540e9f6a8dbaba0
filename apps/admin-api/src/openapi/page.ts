import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { resource } from '../manners.ts'
import { notFound, parameter } from '../routes/collection.ts'
import { answered, type Describe, text } from './contract.ts'

/** The files of the page; bundled for deployment, their folder lies beside the program. */
const FOLDER = new URL('./page/', import.meta.url)

const ENTRY = 'index.html'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** It loads and asks nothing but this server, and nothing else may show it in a frame. */
const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
].join('; ')

/**
 * A page that shows `/openapi.json` to people, and sends what they fill in. Anybody may read it, since a browser sends no
 * token with the address that is typed; the document that it reads needs one as everything else does.
 */
export function registerPage(app: FastifyInstance): void {
  const files = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER))]))
  const send = (reply: FastifyReply, name: string): FastifyReply => {
    const file = files.get(name)
    const type = TYPES[extname(name)]
    if (file === undefined || type === undefined) return notFound(reply)
    reply.header('Content-Security-Policy', POLICY).header('X-Content-Type-Options', 'nosniff')
    return reply.type(type).send(file)
  }
  const open = { public: true }
  resource(app, '/openapi', { describe: pageContracts, GET: async (_, reply) => send(reply, ENTRY) }, open)
  resource(
    app,
    '/openapi/:file',
    { describe: fileContracts, GET: async (request, reply) => send(reply, parameter(request, 'file')) },
    open,
  )
}

const headers = ['Content-Security-Policy', 'X-Content-Type-Options']
const group = 'node'

const pageContracts: Describe = () => ({
  GET: {
    summary: 'This document as a page',
    group,
    answers: { 200: { ...answered('For browsers.', text), types: ['text/html'], headers } },
  },
})

const fileContracts: Describe = () => ({
  GET: {
    summary: 'What the page is made of',
    group,
    path: { file: { description: 'The name of the file.', schema: text } },
    answers: {
      200: { ...answered('A file.', text), types: ['text/html', 'text/css', 'text/javascript'], headers },
    },
  },
})
