import { engineProblem, REPOSITORY } from './engine.ts'
import { figure, figures, forgetFigures, seconds } from './figures.ts'
import { buildImages, VERSION } from './images.ts'
import { removeProject } from './project.ts'

/** Before all tests: an engine that answers, nothing left of an earlier run, images of what is in the working tree. */
export async function setup(): Promise<void> {
  const problem = await engineProblem()
  if (problem !== null)
    throw new Error(`No Docker engine with Compose answers, so containers cannot be tested here: ${problem}`)
  forgetFigures()
  await removeProject()
  const started = performance.now()
  await buildImages(REPOSITORY, VERSION, true)
  figure('build of all images, what is unchanged from the cache', seconds(performance.now() - started))
}

export async function teardown(): Promise<void> {
  // It is called after a failed setup too.
  if ((await engineProblem()) !== null) return
  await removeProject()
  process.stdout.write(`\nFigures\n${figures()}`)
}
