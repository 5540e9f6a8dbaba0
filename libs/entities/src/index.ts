export * from './entity.ts'
export * from './json.ts'
