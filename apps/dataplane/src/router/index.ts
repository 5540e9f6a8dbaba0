export type { RouteRequest } from './route-request.ts'
export { Router } from './router.ts'
