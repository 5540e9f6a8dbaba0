import type { RouterFlavor } from '@biplane/entities'
import { compatible } from './compatible.ts'
import { expressions } from './expressions.ts'
import type { Flavor } from './flavor.ts'
import { traditional } from './traditional.ts'

export const routerFlavors: Readonly<Record<RouterFlavor, Flavor>> = {
  traditional,
  traditional_compatible: compatible,
  expressions,
}
