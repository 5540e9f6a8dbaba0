import { answered, type Contract, type Describe } from '../contract.ts'

const emptied: Contract = { summary: 'Empty the cache', answers: { 204: answered('It is empty.') } }
const forgotten: Contract = { ...emptied, summary: 'Forget what is kept under a key' }
const nothing: Contract = { summary: 'What is kept under a key: nothing', answers: {} }

export const emptyContracts: Describe = () => ({ DELETE: emptied })
export const forgetContracts: Describe = () => ({ GET: nothing, DELETE: forgotten })
export const nothingContracts: Describe = () => ({ GET: nothing, DELETE: { ...forgotten, answers: {} } })
