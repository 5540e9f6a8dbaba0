import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Block, parsePage } from '@biplane/tools/docs-markdown'
import { eventually } from './eventually.ts'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))

/** The blocks of shell on a page, to be run as a reader pastes them. */
export function shellBlocks(page: string): readonly Block[] {
  const { blocks } = parsePage(readFileSync(join(REPOSITORY, page), 'utf8'))
  return blocks.filter(({ language }) => language === 'sh')
}

/** The blocks whose fence carries a mark, such as `test=restore`, or one that begins so, such as `test=`. */
export function blocksMarked(page: string, mark: string): readonly Block[] {
  const isIt = (own: string) => (mark.endsWith('=') ? own.startsWith(mark) : own === mark)
  return shellBlocks(page).filter(({ marks }) => marks.some(isIt))
}

/** Where a page's commands are run: beside whatever else this machine runs. */
export interface Place {
  /** Stands for the `.biplane` of the page. */
  readonly home: string
  /** Added to every port that the page names. */
  readonly portOffset: number
}

export interface Pasted {
  readonly command: string
  /** What follows the command as its comment: the HTTP status that a reader is to see. */
  readonly status: number | undefined
}

/** The commands of a block, one a line; lines that a backslash continues are one, and comments are none. */
export function commandsOf({ text }: Block): readonly Pasted[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, command = line, status] = /^(.*?)\s+#\s*(\d{3})\b.*$/.exec(line) ?? []
      return { command, status: status === undefined ? undefined : Number(status) }
    })
}

/**
 * Runs each command of a block from the repository's folder and checks the status that the page tells. What only reads is
 * repeated until it is so: a script types faster than a change travels.
 *
 * @returns what all of them printed
 */
export async function paste(block: Block, place: Place): Promise<string> {
  const printed: string[] = []
  for (const { command, status } of commandsOf(block)) {
    const once = async (): Promise<string> => {
      const text = await shell(inPlace(command, place), place)
      if (status !== undefined && !new RegExp(`^HTTP/(1\\.1|2) ${status} `, 'm').test(text))
        throw new Error(`${command}: the page tells ${status}, and this came:\n${text}`)
      return text
    }
    printed.push(status === undefined || / -X /.test(command) ? await once() : await eventually(once, 20_000))
  }
  return printed.join('\n')
}

/** Runs a block as one script, which ends at the first command that fails. */
export function pasteWhole({ text }: Block, place: Place): Promise<string> {
  return shell(`set -e -o pipefail\n${inPlace(text, place)}`, place)
}

/** A block for a test to run by itself, and how it is run. */
export function commandIn({ text }: Block, place: Place) {
  return { command: inPlace(text, place), options: shellOptions(place) }
}

function inPlace(text: string, { home, portOffset }: Place): string {
  return text
    .replaceAll(/(?<=[\s=]|^)\.biplane(?=[\s/]|$)/gm, home)
    .replaceAll(/(?<=localhost:|127\.0\.0\.1:|0\.0\.0\.0:)\d+/g, (port) => String(Number(port) + portOffset))
}

function shell(script: string, place: Place): Promise<string> {
  return new Promise((done, fail) =>
    execFile('bash', ['-c', script], { ...shellOptions(place), timeout: 100_000 }, (error, stdout, stderr) =>
      error === null ? done(stdout) : fail(new Error(`${script}\n${stdout}${stderr}`, { cause: error })),
    ),
  )
}

/** `biplane` asks the Admin API where the setting says, as a reader's asks the one on the usual port. */
function shellOptions({ portOffset }: Place) {
  const { PATH, HOME } = process.env
  const KONG_ADMIN_LISTEN = `127.0.0.1:${8001 + portOffset}`
  return { cwd: REPOSITORY, env: { PATH, HOME, KONG_ADMIN_LISTEN } }
}
