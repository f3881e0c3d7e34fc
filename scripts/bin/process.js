/** How a Terrane process starts: before anything else is loaded. */
require('./node-version.js').checkNode()
// DuckDB and the disk share libuv's pool; it reads its size when it is first used.
process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '16'
process.env.APOLLO_TELEMETRY_DISABLED = 'true'
// graphql-js checks far less in production, and is much faster for it.
process.env.NODE_ENV = process.env.NODE_ENV || 'production'
// A start runs much code a few times: V8 would spend a third of it on optimising what is never called again. What is
// called often is optimised all the same, four times later. Newer V8s have no such flag and complain of it.
const FLAGS = process.versions.node.startsWith('20.') ? ['--interrupt-budget=540672'] : []
for (const flag of FLAGS) require('node:v8').setFlagsFromString(flag)
/** For who starts node with them. */
exports.FLAGS = FLAGS
