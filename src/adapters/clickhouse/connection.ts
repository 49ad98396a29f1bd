// What this adapter needs of a ClickHouse, whether it is a server over HTTP (server.ts) or the
// engine in a folder (embedded.ts). Three kinds of use never share a connection, because settings
// and long queries stick to theirs: writes, reads, and each stream. All methods throw
// TributaryError only (errors.ts).

export type QueryParams = Readonly<Record<string, string | number>>

export interface ClickHouse {
  readonly database: string
  /** For messages: the address without user and password, or the folder. */
  readonly place: string
  /** Name of the cluster whose tables are meant; '': a single server. */
  readonly cluster: string
  hasDatabase(): Promise<boolean>
  /** Creates the database if it is missing, on a cluster on every node. */
  createDatabase(): Promise<void>
  /** Runs a statement that returns nothing, as a writer. */
  command(sql: string): Promise<void>
  /**
   * Inserts rows of values in the order of `columns` as one INSERT; resolves when they have landed.
   */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void>
  /**
   * Rows of a SELECT as arrays; 64-bit integers and decimals are strings. `{name:Type}` binds
   * params.
   */
  rows<Row extends readonly unknown[]>(sql: string, params?: QueryParams): Promise<Row[]>
  /** The whole result as text, in `format` unless the statement names one. */
  text(sql: string, format: string): Promise<string>
  /**
   * The result piece by piece, on a connection of its own; of a format without header and footer,
   * since the embedded engine writes those once per piece. Nothing of a failed query's message is
   * in the bytes.
   */
  stream(sql: string, options: StreamOptions): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

export interface StreamOptions {
  readonly format: 'CSV' | 'TSVRaw' | 'JSONCompactEachRow' | 'JSONEachRow' | 'RowBinary'
  readonly settings?: Readonly<Record<string, string | number>>
}

export interface AccessOptions {
  /** Refuses every statement that writes, with ClickHouse's own readonly=2. */
  readonly readOnly?: boolean
}

/** Inserts are whole when they return. */
export const WRITER_SETTINGS = { async_insert: 0, wait_for_async_insert: 1 } as const

/**
 * A row sent again must never be dropped as part of a block seen before. From 26.2 on ClickHouse
 * has this setting and no longer heeds the older one.
 */
export const DEDUPLICATION_OFF = { deduplicate_insert: 'disable' } as const
export const DEDUPLICATION_OFF_BEFORE_26_2 = { insert_deduplicate: 0 } as const

/**
 * Numbers that JSON cannot hold come as text, empty cells are empty, FINAL may skip by event time.
 */
export const READER_SETTINGS = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_decimal_trailing_zeros: 0,
  format_csv_null_representation: '',
  use_skip_indexes_if_final: 1,
} as const
