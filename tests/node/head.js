'use strict'

// The part of a stream that the native side writes, played by JavaScript.

/** What the native side writes before: header and THREAD. */
function before(header) {
  const bytes = Buffer.alloc(80)
  bytes[0] = 1
  bytes.writeUInt32LE(header.site, 4)
  bytes.write(header.probe, 8, 'latin1')
  bytes.writeUInt32LE(header.revision, 16)
  const longs = ['number', 'time_ns', 'monotonic_ns', 'took_ns', 'thread_id']
  longs.forEach((key, at) => bytes.writeBigUInt64LE(BigInt(header[key]), 24 + 8 * at))
  const thread = Buffer.from(header.thread)
  return Buffer.concat([bytes, Buffer.from([0x30, 0x10, thread.length]), thread])
}

module.exports = { before }
