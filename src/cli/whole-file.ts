// Files that appear under their name only when they are whole: written beside it as `NAME.part`,
// then renamed; a failed or interrupted run leaves neither.
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TributaryError } from '../ports/errors.ts'

/** Writes text to `file`, replacing what is there. @throws TRIBUTARY_USAGE when it cannot. */
export async function writeWholeFile(
  file: string,
  chunks: AsyncIterable<string> | Iterable<string>,
  signal?: AbortSignal,
): Promise<void> {
  const part = `${file}.part`
  const options = signal === undefined ? {} : { signal }
  try {
    await pipeline(Readable.from(chunks), createWriteStream(part), options)
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw isFileError(error) ? cannotWrite(file, error) : error
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function cannotWrite(file: string, error: NodeJS.ErrnoException): TributaryError {
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTEMPTY: 'it is a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
  }
  const reason = reasons[error.code ?? ''] ?? error.message
  return new TributaryError('TRIBUTARY_USAGE', `cannot write ${file}: ${reason}`, { cause: error })
}
