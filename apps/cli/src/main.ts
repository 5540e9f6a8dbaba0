import process from 'node:process'
import { perform } from './frame/perform.ts'
import { biplane } from './program.ts'

await perform(biplane(), process)
