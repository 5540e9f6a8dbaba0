import type { Contract, Describe } from '../contract.ts'

const refused: Contract = { summary: 'Refused: WebAssembly is off', group: 'filter-chains', answers: {} }

export const wasmContracts: Describe = () => ({
  GET: refused,
  POST: refused,
  PUT: refused,
  PATCH: refused,
  DELETE: refused,
})
