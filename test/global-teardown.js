module.exports = () => globalThis.stopTestServers?.()
