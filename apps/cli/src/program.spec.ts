import { describe, expect, it } from 'vitest'
import { biplane } from './program.ts'
import { helpOf, leaves } from './reference/leaves.ts'

/** Parses what is typed, and gives the commands that would run. */
async function called(words: readonly string[]): Promise<string[]> {
  const program = biplane()
  const runs: string[] = []
  for (const [path, command] of leaves(program)) {
    command.configureOutput({ writeErr: () => undefined }).action(() => void runs.push(path))
  }
  await program.parseAsync(words, { from: 'user' })
  return runs
}

describe.each(leaves(biplane()))('%s', (path, command) => {
  const help = helpOf(command)

  it('tells what it is for, in a sentence', () => {
    expect(command.description()).toMatch(/^[A-Z].*\.$/)
  })

  it('shows examples, its exit codes and what every command takes', () => {
    expect(help).toContain('Examples:')
    expect(help).toMatch(/Exit codes:\n {2}0 +\w/)
    expect(help).toContain('--json')
  })

  it('shows examples that are right', async () => {
    const [, section = ''] = /Examples:\n((?: {2}.*\n)+)/.exec(help) ?? []
    const lines = section
      .split('\n')
      .flatMap((line) => /(?:^|\s)(biplane .*?)(?: \|.*)?$/.exec(line.replace(/#.*/, ''))?.[1] ?? [])
    expect(lines.some((line) => line.startsWith(path))).toBe(true)
    for (const line of lines) expect(await called(line.split(' ').slice(1))).toHaveLength(1)
  })
})

it.each([
  ['nodes --watch --check'],
  ['nodes --check --wait-for in_sync'],
  ['nodes --wait-for perfect'],
  ['nodes --watch 0'],
  ['nodes --at-least -1 --check'],
  ['migrations up --wait soon'],
  ['migrations up now'],
  ['start --port-offset 40001'],
])('%s is wrong usage', async (line) => {
  await expect(called(line.split(' '))).rejects.toMatchObject({ name: 'CommanderError' })
})

it('takes what every command has before and after its name', async () => {
  expect(await called(['--json', '-c', 'f', 'nodes', '--verbose'])).toEqual(['biplane nodes'])
})
