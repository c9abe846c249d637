// The API of Stillframe for Node.js.

/** What went wrong in an explicit call. */
export class StillframeError extends Error {
  /** One word for the kind: `location`, `limit`, `policy`, `unsupported`, … */
  readonly code: string
  /** What to do, where that is known. */
  readonly hint?: string
}

export interface StartOptions {
  /** URL of the hub. */
  hub?: string
  /** Where results go without a hub: `stdout`, `stderr`, a `file:` URL, or a function. */
  sink?: string | ((result: Record<string, unknown>) => void)
  service?: string
  version?: string
  labels?: Record<string, string>
  /** Names that never leave the process, besides those that never do. */
  redact?: string[]
  /** Names of that list that may. */
  readable?: string[]
}

export interface ProbeOptions {
  kind?: 'snap' | 'count'
  /** Hits that are taken, after which the probe ends. */
  limit?: number
  rate_per_s?: number
  /** Milliseconds until it ends by itself. */
  expires_ms?: number
  /** Called with each snapshot, when the event loop has time. */
  onSnapshot?: (snapshot: Record<string, unknown>) => void
}

/** Starts the agent of this process; options win over the environment's `STILLFRAME_…`. */
export function start(options?: StartOptions): void
/** Stops the agent; nothing is probed afterwards. */
export function stop(timeoutS?: number): void
/** Waits until what was captured is delivered; whether it was. */
export function flush(timeoutS?: number): boolean
/** What the agent does and knows. */
export function status(): Record<string, unknown>
/** Places a probe at `FILE:LINE`; its id. */
export function probe(location: string, options?: ProbeOptions): string
/** Takes a probe away. */
export function remove(id: string): void
