const { spawn } = require('node:child_process')

/**
 * Runs a program to its end and keeps what it prints. Resolves with its exit code, also where it cannot be started.
 * `quiet` collects the output instead of showing it.
 */
exports.run = (command, args, { cwd, env = process.env, quiet = false } = {}) =>
  new Promise(resolve => {
    const child = spawn(command, args, { cwd, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) stream.on('data', chunk => (output += chunk))
    }
    // A script that is told to stop takes its child with it.
    const forward = signal => child.kill(signal)
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    const end = code => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve({ code, output })
    }
    child.on('error', error => {
      output += error.message
      end(127)
    })
    child.on('close', (code, signal) => end(code === null ? 128 + (signal === 'SIGINT' ? 2 : 15) : code))
  })
