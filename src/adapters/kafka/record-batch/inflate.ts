// A batch's records, uncompressed, by the codec in its attributes; never longer than a bound, which
// is checked before memory is taken where the format tells sizes, else while it inflates.
import { promisify } from 'node:util'
import { gunzip, gunzipSync } from 'node:zlib'
import { BatchDefect } from './batch-defect.ts'
import { unpackLz4 } from './lz4.ts'
import { unpackSnappy } from './snappy.ts'
import { unpackZstd } from './zstd.ts'

/** From here on zlib's own threads are worth their start. */
const ASIDE_BYTES_MIN = 65_536
const GUNZIP_CHUNK_BYTES = 65_536

const gunzipAside = promisify(gunzip)

/** Throws (or rejects with) BatchDefect: unknown codec, damage, or longer than `bytesMax`. */
export function inflate(
  codec: number,
  source: Buffer,
  bytesMax: number,
): Uint8Array | Promise<Uint8Array> {
  switch (codec) {
    case 0:
      return source
    case 1:
      return unpackGzip(source, bytesMax)
    case 2:
      return unpackSnappy(source, bytesMax)
    case 3:
      return unpackLz4(source, bytesMax)
    case 4:
      return unpackZstd(source, bytesMax)
    default:
      throw new BatchDefect(`codec ${codec} is unknown`)
  }
}

function unpackGzip(source: Buffer, bytesMax: number): Uint8Array | Promise<Uint8Array> {
  const options = { maxOutputLength: bytesMax, chunkSize: GUNZIP_CHUNK_BYTES }
  if (source.length >= ASIDE_BYTES_MIN) {
    return gunzipAside(source, options).catch((error: unknown) => {
      throw gzipDefect(error, bytesMax)
    })
  }
  try {
    return gunzipSync(source, options)
  } catch (error) {
    throw gzipDefect(error, bytesMax)
  }
}

const gzipDefect = (error: unknown, bytesMax: number): BatchDefect =>
  (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    ? new BatchDefect(`gzip: inflates beyond ${bytesMax} bytes`)
    : new BatchDefect('gzip: the content is damaged')
