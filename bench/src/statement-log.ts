/** A statement that PostgreSQL was sent, with the parameters beside it. */
export interface Statement {
  readonly text: string
  readonly parameters: readonly (string | null)[]
}

/**
 * The statements of the transaction in which `marked` is among the parameters, as a log written with `log_statement = all`
 * and the default prefix tells of them. @throws Error where there is none
 */
export function transactionWith(log: string, marked: string): readonly Statement[] {
  const sessions = new Map<string, Statement[]>()
  for (const { session, statement } of statementsIn(log)) {
    const before = sessions.get(session) ?? []
    const isOpen = BEGIN.test(before[0]?.text ?? '')
    const transaction = isOpen ? [...before, statement] : [statement]
    const isWhole = !BEGIN.test(transaction[0]?.text ?? '') || COMMIT.test(statement.text)
    const isMarked = transaction.some(({ parameters }) => parameters.some((value) => value?.includes(marked)))
    if (isWhole && isMarked) return transaction
    sessions.set(session, isWhole ? [] : transaction)
  }
  throw new Error(`no transaction in the log has a parameter with '${marked}'`)
}

const BEGIN = /^(begin|start transaction)\b/i
const COMMIT = /^commit\b/i
/** `2026-11-23 11:50:00.123 UTC [4711] LOG:  execute name: select 1`; what follows a line break is indented. */
const ENTRY =
  /^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[(\d+)\] (LOG|DETAIL): {2}(?:statement|execute [^:]*|parameters): (.*)$/is

function* statementsIn(log: string): Generator<{ session: string; statement: Statement }> {
  let last: { session: string; statement: Statement } | undefined
  for (const entry of log.split(/\n(?!\t)/)) {
    const [, session = '', level, text = ''] = ENTRY.exec(entry) ?? []
    if (level === 'DETAIL' && last !== undefined) {
      last = { ...last, statement: { ...last.statement, parameters: parametersIn(text) } }
    } else {
      if (last !== undefined) yield last
      last =
        level === 'LOG'
          ? { session, statement: { text: text.replaceAll('\n\t', '\n').trim(), parameters: [] } }
          : undefined
    }
  }
  if (last !== undefined) yield last
}

/** `$1 = 'it''s', $2 = NULL` */
function parametersIn(text: string): readonly (string | null)[] {
  return [...text.matchAll(/\$\d+ = (?:'((?:[^']|'')*)'|NULL)/g)].map(
    ([, value]) => value?.replaceAll("''", "'") ?? null,
  )
}
