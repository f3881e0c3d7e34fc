module.exports = () => globalThis.stopMysqlServer?.()
