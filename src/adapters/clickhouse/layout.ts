// How the placeholders of a migration are filled: plain tables on one server, or, on a cluster,
// replicated tables on every node. There the seven ledger tables are sharded: rows lie in
// `NAME_local`, and NAME is a Distributed table over them, with the sharding key (lineage,
// partition), so that all versions of a row meet on one shard and FINAL sees them together. The
// other tables are small and the same on every node of every shard: what an operator has decided
// holds at once, whichever shard is asked.
import { TABLES } from '../../core/tables.ts'

export interface Layout {
  /** The table that holds the rows of `name`. */
  table(name: string): string
  onCluster(): string
  engine(engine: string, table: string): string
  /** Statements behind the one that makes the table. */
  following(table: string): readonly string[]
}

/** One server, or the engine in a folder. */
export const SINGLE: Layout = {
  table: (name) => name,
  onCluster: () => '',
  engine: (engine) => engine,
  following: () => [],
}

/** What a row's shard is chosen by; part of every ledger table's sort key. */
export const SHARDING_KEY = 'cityHash64(lineage, partition)'

const SHARDED: ReadonlySet<string> = new Set(TABLES.map(({ name }) => name))
const localName = (table: string): string => (SHARDED.has(table) ? `${table}_local` : table)

/**
 * Nodes need the macros {shard} and {replica}. Paths name database and table, not a UUID, so that a
 * node that joins later finds the tables of the others.
 */
export function clusterLayout(cluster: string, database: string): Layout {
  const onCluster = onClusterOf(cluster)
  return {
    table: localName,
    onCluster: () => onCluster,
    engine: (engine, table) => {
      const place = SHARDED.has(table)
        ? `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`
        : `'/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}'`
      return `Replicated${engine.replace('(', `(${place}, `)}`
    },
    following: (table) => {
      if (!SHARDED.has(table)) return []
      const engine = `Distributed('${cluster}', '${database}', '${table}_local', ${SHARDING_KEY})`
      return [distributedTable(table, onCluster, engine)]
    },
  }
}

/** ` ON CLUSTER 'name'`, or '' for a single server. */
export const onClusterOf = (cluster: string): string =>
  cluster === '' ? '' : ` ON CLUSTER '${cluster}'`

const distributedTable = (table: string, onCluster: string, engine: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table}${onCluster} AS ${table}_local
ENGINE = ${engine}
COMMENT 'Rows of ${table}_local on all shards; written in the foreground'`
