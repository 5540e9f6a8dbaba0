import { sql } from 'kysely'

/** Whether a row of `hubs` was heard of lately: what makes its nodes count as connected. One clock decides, the database's. */
export const isAlive = sql<boolean>`heartbeat > clock_timestamp() - interval '5 seconds'`
