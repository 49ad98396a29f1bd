// AbortController without the native part that Node's has. A run makes ten of them, and making
// Node's and listening to them was a tenth of its time. It does of the standard what the runtime
// and the clocks use, in the same order; light-abort.test.ts holds it to Node's.
type Listener = (event: Event) => void

class LightSignal {
  aborted = false
  reason: unknown = undefined
  readonly #listeners = new Set<Listener>()

  /** `once` says nothing: a signal aborts once. */
  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    if (this.#listeners.size === 0) return
    const event = new Event('abort')
    // Those that come or go meanwhile are called or not, as Node does it.
    for (const listener of this.#listeners) listener(event)
    this.#listeners.clear()
  }
}

export class LightAbortController {
  readonly signal = new LightSignal()

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.signal.abort(reason)
  }
}

/** For every controller that is made from now on in this thread. */
export function abortLightly(): void {
  Object.assign(globalThis, { AbortController: LightAbortController })
}
