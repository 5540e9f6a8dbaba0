import { type Document, isScalar, LineCounter, parseAllDocuments, type ScalarTag, type Tags } from 'yaml'
import type { Limits } from './limits.ts'
import type { Reading } from './read-text.ts'
import { YamlTree } from './yaml-tree.ts'

/**
 * The value of a YAML text, by the rules of version 1.1 that Kong's reader has: `yes` and `off` are booleans, `010` is
 * octal, `1:30` counts by sixties, `<<` merges; dates stay text.
 */
export function readYaml(text: string, limits: Limits): Reading {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: kongTags,
    resolveKnownTags: false,
    uniqueKeys: false, // it compares each key with all others
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  })
  const place = (offset: number) => `${lines.linePos(offset).line}:${lines.linePos(offset).col}`
  const [first, ...more] = 'empty' in documents ? [] : documents
  if (first === undefined) return { value: null }
  for (const { errors } of [first, ...more]) {
    const [error] = errors
    if (error?.message.includes('call stack')) return { problem: 'nested too deeply' } // for the library, too
    if (error !== undefined) return { problem: `${place(error.pos[0])}: ${error.message}` }
  }
  if (!more.every(isEmpty)) return { problem: 'more than one document' }
  return new YamlTree(place, limits.values).toJson(first.contents)
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

const KEPT = ['map', 'seq', 'str', 'null', 'bool', 'int', 'float'].map((name) => `tag:yaml.org,2002:${name}`)

/** Those of YAML 1.1 that JSON has a word for. Unlike the standard, Kong reads `y` and `n` as text. */
function kongTags(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag !== 'string' && KEPT.includes(tag.tag))
    .map((tag) => (isBoolean(tag) ? { ...tag, test: new RegExp(`(?=..)${tag.test.source}`) } : tag))
}

function isBoolean(tag: Tags[number]): tag is ScalarTag & { test: RegExp } {
  return typeof tag !== 'string' && tag.tag.endsWith(':bool') && 'test' in tag
}
