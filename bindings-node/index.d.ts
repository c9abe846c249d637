// The API of Stillframe for Node.js.

/** What went wrong in an explicit call. */
export class StillframeError extends Error {
  /** One word for the kind: `location`, `limit`, `policy`, `unsupported`, … */
  readonly code: string
  /** What to do, where that is known. */
  readonly hint?: string
}

/** A snapshot, a log line or a counter's report, as the hub gets it too. */
export type Result = Record<string, unknown>

/** What the environment says otherwise, or a default. */
export interface StartOptions {
  /** URL of the hub. */
  hub?: string
  /** Where results go without a hub: `stdout`, `stderr`, a `file:` URL, or a function. */
  sink?: string | ((result: Result) => void)
  /** Name of the service; else `STILLFRAME_SERVICE` or OpenTelemetry's. */
  service?: string
  /** Version of the service. */
  version?: string
  /** Labels of this instance, by which `stillframe snap --label` chooses. */
  labels?: Record<string, string>
  /** Names that never leave the process, besides those that never do. */
  redact?: string[]
  /** Names of that list that may. */
  readable?: string[]
}

/** What a probe captures, and when it ends. */
export interface ProbeOptions {
  /** A log line where `log` is given, else a snapshot. */
  kind?: 'snap' | 'log' | 'count' | 'time'
  /** Captures only where this is true, in JavaScript: `total > 100 && user.id === 7`. */
  condition?: string
  /** Expressions whose values travel with each snapshot. */
  watches?: string[]
  /** Template of a log line: `{total} of {cart.user}`. */
  log?: string
  /** Captures after which the probe ends. */
  limit?: number
  /** Captures a second. */
  rate_per_s?: number
  /** Milliseconds until it ends by itself. */
  expires_ms?: number
  /** Called with each result, when the event loop has time, or by `flush`. */
  onSnapshot?: (result: Result) => void
}

/**
 * Starts the agent of this process; options win over the environment's `STILLFRAME_…`. In a worker,
 * has the agent of the main thread probe it, whose options go for all.
 */
export function start(options?: StartOptions): void
/** Stops the agent; nothing is probed afterwards. In a worker, nothing in the worker. */
export function stop(timeoutS?: number): void
/** Waits until what was captured is delivered; whether it was. Calls functions that receive it. */
export function flush(timeoutS?: number): boolean
/** What the agent does and knows. */
export function status(): Record<string, unknown>
/** Places a probe at `FILE:LINE` or `FILE:FUNCTION`; its id. */
export function probe(location: string, options?: ProbeOptions): string
/** Takes a probe away. */
export function remove(id: string): void
