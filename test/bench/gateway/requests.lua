-- For wrk: asks with one body after another of a file (a line each), and ends with one line of JSON.
--
-- What every connection asks first is not measured and asks for nothing: all connections come at once, and Node accepts
-- one in each turn of its loop, so that the fiftieth would measure how long the turns are that the questions before take.
local bodies = {}
local next_body = 0
-- From the environment, because what begins and what ends a load do not share their variables.
local connections = tonumber(os.getenv("CONNECTIONS"))
local opening = connections
local opener

function init(args)
  local file = assert(io.open(args[1], "r"))
  local headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[2] }
  for line in file:lines() do
    bodies[#bodies + 1] = wrk.format("POST", nil, headers, line)
  end
  file:close()
  opener = wrk.format("POST", nil, headers, '{"query":"{ __typename }"}')
end

function request()
  if opening > 0 then
    opening = opening - 1
    return opener
  end
  next_body = next_body % #bodies + 1
  return bodies[next_body]
end

function done(summary, latency)
  local errors = summary.errors
  local measured = summary.requests - connections
  -- The openers are the fastest of all that were answered.
  local function percentile(part)
    return latency:percentile((connections + part / 100 * measured) / summary.requests * 100) / 1e3
  end
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"bytes":%d,"p50":%f,"p99":%f,"failed":%d}\n',
    measured, summary.duration / 1e6, summary.bytes, percentile(50), percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
