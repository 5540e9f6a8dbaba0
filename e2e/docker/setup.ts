import { removeProject } from './containers.ts'
import { engineProblem } from './engine.ts'
import { figures, forgetFigures } from './figures.ts'
import { buildImages } from './images.ts'

/** Before all tests: an engine that answers, nothing left of an earlier run, images of what is in the working tree. */
export async function setup(): Promise<void> {
  const problem = await engineProblem()
  if (problem !== null)
    throw new Error(`No Docker engine with Compose answers, so containers cannot be tested here: ${problem}`)
  forgetFigures()
  await removeProject()
  await buildImages()
}

export async function teardown(): Promise<void> {
  await removeProject()
  process.stdout.write(`\nFigures\n${figures()}`)
}
