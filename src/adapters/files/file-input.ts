// What `replay` reads: event files as one stream of records in event-time order. Times, places and
// values are those of src/schema's rules, never the engine's guesses. Interface only; the way there
// is described in README.md.
import type { Settings } from '../../core/settings.ts'

/** How a file's bytes are laid out, whatever compresses them. CSV includes TSV and `;`. */
export type FileFormat = 'ndjson' | 'csv' | 'parquet'

export interface FileOptions {
  /** Target field -> source column of CSV and Parquet (`--map user_hash=user_id,value=amount`). */
  readonly map: ReadonlyMap<string, string>
  /** IANA zone of CSV and Parquet times that carry none (`--tz`). */
  readonly timeZone: string
  /** true: a `user_hash` that is a plain e-mail or phone is replaced by its SHA-256 in hex. */
  readonly hashUsers: boolean
  /** For the actions that are conversions (empty channel -> `(direct)` in CSV and Parquet). */
  readonly settings: Settings
  /** Scratch: a folder of our own is made inside on demand and removed by `close`. */
  readonly workDir: string
  /**
   * Folder of the embedded engine. A process can have one only: pass the ledger's if the ledger is
   * embedded too. Default: inside the scratch folder, gone after `close`.
   */
  readonly enginePath?: string
  /** Forces the format of every file (`--format`); default: by name, else by first bytes. */
  readonly format?: FileFormat
  /** Bytes of records sorted in memory at a time. Default 32 MiB. */
  readonly memoryBytes?: number
  /** Aborted: the running pass ends with TRIBUTARY_INTERRUPTED, also inside `openFiles`. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: FileProgress) => void
}

/**
 * `checking`: one pass over the keys (is everything in order already? is every file whole?);
 * `sorting`: only if not in order; `applying`: batches are handed out. Later phases know the total.
 */
export interface FileProgress {
  readonly phase: 'checking' | 'sorting' | 'applying'
  /** Records seen in this phase. */
  readonly records: number
  /** null until a whole pass has counted them. */
  readonly recordsTotal: number | null
  /** Bytes of the files (as stored) passed in this phase, estimated inside a compressed file. */
  readonly bytes: number
  readonly bytesTotal: number
}

export interface InputFile {
  /** As given, or folder/name. */
  readonly path: string
  /** Short and free of folders: what event ids and reports call it. */
  readonly label: string
  readonly bytes: number
  readonly format: FileFormat
}

/** What a CSV or Parquet row becomes; for `parseObject`. */
export interface RowEvent {
  readonly event_id: string
  readonly user_hash: string
  /** Epoch ms, or the cell's text where that is no valid time. */
  readonly timestamp: number | string
  readonly channel: string
  readonly action_type: string
  readonly campaign: string | undefined
  readonly metadata: unknown
}

/** Records in order; the arrays run in parallel. A batch is valid for ever, nothing is reused. */
export interface FileBatch {
  /** Record times, epoch ms, never decreasing within and over batches. */
  readonly timesMs: Float64Array
  /** Bytes of an NDJSON line: for `parse`. An object: for `parseObject`. */
  readonly values: readonly (Uint8Array | object)[]
  /** Index into `FileInput.files`. */
  readonly files: Uint32Array
  /** NDJSON: the line; CSV and Parquet: the data row. From 1. */
  readonly rows: Float64Array
}

export interface FileInput {
  readonly files: readonly InputFile[]
  readonly bytes: number
  /** Files of a folder that are no event files, or are empty. */
  readonly skipped: readonly string[]
  /** Records; null until the first batch is there. */
  readonly records: number | null
  /**
   * Rows so far whose empty channel became `(direct)` (conversions and refunds of CSV, Parquet).
   */
  readonly directChannels: number
  /**
   * Once only. Reads lazily, one step ahead of the consumer; stopping early is fine. Everything
   * that is wrong with a file is thrown (TRIBUTARY_BAD_DATA) before the first batch.
   */
  batches(): AsyncIterableIterator<FileBatch>
  /** Removes every scratch file. May be called twice, and at any time. */
  close(): Promise<void>
}
