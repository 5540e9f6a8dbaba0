/** What can be typed, as far as it is ours. */
export interface Commands {
  /** The scripts of package.json. */
  readonly scripts: ReadonlySet<string>
  /** What `npm start --` takes, dashes included. */
  readonly startOptions: ReadonlySet<string>
  /** What `npm test --` takes. */
  readonly suites: ReadonlySet<string>
  /** The options of each `biplane` command by its words; '' for those that every command takes. */
  readonly biplane: ReadonlyMap<string, ReadonlySet<string>>
}

/** One sentence for each script, command or option in a line of shell that does not exist. */
export function unknownCommands(line: string, commands: Commands): string[] {
  return line.split(/\s*(?:&&|\|\||[|;])\s*|\s+#\s/).flatMap((command) => {
    const [first = '', ...rest] = wordsOf(command)
    if (first === 'npm') return unknownToNpm(rest, commands)
    return first === 'biplane' ? unknownToBiplane(rest, commands.biplane) : []
  })
}

/** The words of a command without the variables before it and the runner of a package's program. */
function wordsOf(command: string): string[] {
  const words = command.trim().split(/\s+/)
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
  const own = words.slice(Math.max(0, start))
  return own[0] === 'npx' ? own.slice(1) : own
}

function unknownToNpm(
  [action = '', ...rest]: string[],
  { scripts, startOptions, suites }: Commands,
): string[] {
  const [script, given] =
    action === 'run'
      ? [rest[0] ?? '', rest.slice(1)]
      : action === 'start' || action === 'test'
        ? [action, rest]
        : ['', []]
  if (script === '') return []
  if (!scripts.has(script)) return [`package.json has no script '${script}'`]
  const unknown = (words: readonly string[], known: ReadonlySet<string>) =>
    words.filter((word) => !known.has(word)).map((word) => `npm ${action} takes no '${word}'`)
  if (script === 'start') return unknown(optionsIn(given.slice(1)), startOptions)
  return script === 'test' ? unknown(given.slice(1), suites) : []
}

function unknownToBiplane(words: string[], biplane: Commands['biplane']): string[] {
  const plain = words.filter((word) => !word.startsWith('-'))
  const path = [plain.slice(0, 2).join(' '), plain[0] ?? ''].find((name) => biplane.has(name))
  if (path === undefined || path === '')
    return isPlaceholder(plain[0]) ? [] : [`biplane has no command '${plain.slice(0, 2).join(' ')}'`]
  const known = biplane.get(path)
  const common = biplane.get('')
  return optionsIn(words)
    .filter((option) => !known?.has(option) && !common?.has(option))
    .map((option) => `biplane ${path} takes no '${option}'`)
}

function optionsIn(words: readonly string[]): string[] {
  return words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*/, ''))
}

/** `biplane COMMAND` stands for any, and nothing at all for the program itself. */
function isPlaceholder(word: string | undefined): boolean {
  return word === undefined || /^[A-Z…]+$/.test(word)
}
