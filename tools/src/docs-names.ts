import { type Commands, unknownCommands } from './docs-commands.ts'
import type { Page } from './docs-markdown.ts'

/** Everything that the documentation may name. */
export interface Vocabulary {
  readonly commands: Commands
  readonly settings: ReadonlySet<string>
  /** The names that docs/metrics.md tells of. */
  readonly metrics: ReadonlySet<string>
  /** Whether the repository has the file or folder. */
  exists(path: string): boolean
  /** Whether any folder of it has a file of that name. */
  hasFileNamed(name: string): boolean
  /** Whether our code, its tests apart, has this text. */
  says(text: string): boolean
}

/** One sentence for each name in the page's code that nothing has: a command, setting, metric, file, path or message. */
export function unknownNames(path: string, { spans, blocks }: Page, vocabulary: Vocabulary): string[] {
  const shell = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text, line }) => joined(text).map((code, index) => ({ text: code, line: line + 1 + index })))
  const told = ({ line, text }: { line: number; text: string }, problems: readonly string[]) =>
    problems.map((problem) => `${path}:${line}: ${text}: ${problem}`)
  return [
    ...spans.flatMap((span) =>
      told(span, [...inAnyCode(span.text, vocabulary), ...inSpan(span.text, vocabulary)]),
    ),
    ...shell.flatMap((line) => told(line, inAnyCode(line.text, vocabulary))),
  ]
}

/** Lines that a backslash continues are one. Their number stays that of the first. */
function joined(text: string): string[] {
  return text.replaceAll(/\\\n\s*/g, ' ').split('\n')
}

function inAnyCode(code: string, { commands, settings, metrics, exists, says }: Vocabulary): string[] {
  const names = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = '']) => name)
  const isSetting = (name: string) => settings.has(name) || settings.has(name.replace(/_file$/, ''))
  return [
    ...unknownCommands(code, commands),
    ...names(/\bKONG_([A-Z0-9_]{2,})\b/g)
      .filter((name) => name !== 'CONF' && !isSetting(name.toLowerCase()))
      .map((name) => `there is no setting ${name.toLowerCase()}`),
    ...names(/(?<![/\w])(biplane_[a-z_]+)/g)
      .filter((name) => !metrics.has(name.replace(/_(bucket|sum|count)$/, '')))
      .map((name) => `docs/metrics.md does not tell of ${name}`),
    ...names(/(?<![\w./-])((?:apps|libs|tools|e2e|bench|docs|docker|\.ci)\/[\w./-]+)/g)
      .filter((file) => !exists(beforePlaceholder(file)) && !says(file))
      .map((file) => `there is no ${file}`),
  ]
}

/** `libs/plugins/src/NAME/` stands for any folder there. */
function beforePlaceholder(path: string): string {
  return path.replace(/\/[A-Z]{3,}[/.].*$/, '')
}

/** What stands first in a line of shell or of HTTP. All other sentences are quoted from our code. */
const TYPED =
  /^(biplane|cat|cd|cp|curl|docker|git|kill|mv|node|npm|npx|nx|openssl|pg_\w+|psql|rm|[A-Z_]+=\S*|GET|PUT|POST|PATCH|DELETE)\s/

function inSpan(code: string, { settings, metrics, hasFileNamed, says }: Vocabulary): string[] {
  const unknown = (isKnown: boolean, what: string) => (isKnown ? [] : [what])
  const [, setting] = /^([a-z][a-z0-9_]*)\s?=\s?\S/.exec(code) ?? []
  if (setting !== undefined)
    return unknown(settings.has(setting) || says(code), `there is no setting ${setting}`)
  if (/^(?!biplane_)[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(code))
    return unknown(
      settings.has(code) || metrics.has(code) || says(code),
      'neither a setting nor anything in our code',
    )
  if (/^[\w-]+\.(ts|md|json|ya?ml|proto)$/.test(code))
    return unknown(hasFileNamed(code) || says(code), 'there is no such file')
  const [, resource = ''] = /^(?:[A-Z]+ )?\/([a-z][\w-]*)/.exec(code) ?? []
  if (resource !== '')
    return unknown(says(`'/${resource}`) || says(`'${resource}'`), `no app answers at /${resource}`)
  if (code.split(/\s+/).length < 3 || TYPED.test(code) || /[{}[\]]/.test(code)) return []
  return unknown(quotes(code, says), 'our code says no such thing')
}

/** A quoted message: `…` stands for what differs from case to case; what a colon or semicolon joins may come from two places. */
function quotes(code: string, says: Vocabulary['says']): boolean {
  return code
    .split(/…|[:;] /)
    .map((part) => part.trim())
    .filter((part) => /\p{L}{2}/u.test(part))
    .every(says)
}
