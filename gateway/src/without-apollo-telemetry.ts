// @apollo/gateway reports to Apollo unless this is set before it loads. Goes when its default is silence.
process.env.APOLLO_TELEMETRY_DISABLED = 'true'
