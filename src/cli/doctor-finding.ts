// What `doctor` has to say: one finding for each thing it looked at. Every service is examined by
// itself and in bounded time, so that one that is down hides nothing of the others.
import { TributaryError } from '../ports/errors.ts'

export type Service = 'configuration' | 'kafka' | 'redis' | 'clickhouse' | 'state'

/** `WARN`: works, but somebody should know. `FAIL`: a worker would refuse, halt or not start. */
export type Verdict = 'PASS' | 'WARN' | 'FAIL'

export interface Finding {
  readonly service: Service
  /** What was looked at, in a word or two. */
  readonly check: string
  readonly verdict: Verdict
  readonly seen: string
  /** What to do; '' where there is nothing to do. */
  readonly fix: string
}

type Words = (check: string, seen: string, fix?: string) => Finding

/** Findings of one service, as `pass('version', '7.0')`. */
export function findingsOf(service: Service): Record<'pass' | 'warn' | 'fail', Words> {
  const words =
    (verdict: Verdict): Words =>
    (check, seen, fix = '') => ({ service, check, verdict, seen, fix })
  return { pass: words('PASS'), warn: words('WARN'), fail: words('FAIL') }
}

/** Beyond this a clock is set wrong; a network's delay is not as long. */
const CLOCK_WARN_MS = 5_000
/** A worker halts when records are an hour ahead of its clock. */
const CLOCK_FAIL_MS = 1_800_000

/** How far a service's clock is ahead of ours, judged. */
export function clockFinding(service: Service, aheadMs: number): Finding {
  const { pass, warn, fail } = findingsOf(service)
  const ms = Math.abs(aheadMs)
  const seen =
    ms < 1_000
      ? 'within a second of this machine'
      : `${Math.round(ms / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`
  if (ms < CLOCK_WARN_MS) return pass('clock', seen)
  const fix = 'Set both clocks by NTP; times of records and of workers are compared.'
  return ms < CLOCK_FAIL_MS ? warn('clock', seen, fix) : fail('clock', seen, fix)
}

export interface Examination {
  readonly service: Service
  /** Yields findings as they are made; what it throws becomes one. */
  readonly questions: () => AsyncIterable<Finding>
}

/** Findings of all, each service's together; one that takes too long keeps what it has found. */
export async function examineAll(
  examinations: readonly Examination[],
  timeoutMs: number,
): Promise<Finding[]> {
  const found = await Promise.all(examinations.map((one) => examine(one, timeoutMs)))
  return found.flat()
}

async function examine({ service, questions }: Examination, timeoutMs: number): Promise<Finding[]> {
  const { fail } = findingsOf(service)
  const findings: Finding[] = []
  let isLate = false
  const work = async () => {
    try {
      for await (const finding of questions()) {
        if (isLate) return
        findings.push(finding)
      }
    } catch (error) {
      if (!isLate) findings.push(failure(service, error))
    }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isLate = true
      const seen = `no answer within ${timeoutMs / 1_000} s`
      findings.push(fail('answers', seen, 'Look at the network between this machine and it.'))
      resolve()
    }, timeoutMs)
  })
  await Promise.race([work(), late])
  clearTimeout(timer)
  return findings
}

function failure(service: Service, error: unknown): Finding {
  const { fail } = findingsOf(service)
  if (error instanceof TributaryError) return fail('answers', error.message, error.hint)
  return fail('answers', error instanceof Error ? error.message : String(error))
}
