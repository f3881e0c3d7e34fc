-- For wrk: asks with one body after another of a file (a line each), and ends with one line of JSON.
local bodies = {}
local next_body = 0

function init(args)
  local file = assert(io.open(args[1], "r"))
  local headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[2] }
  for line in file:lines() do
    bodies[#bodies + 1] = wrk.format("POST", nil, headers, line)
  end
  file:close()
end

function request()
  next_body = next_body % #bodies + 1
  return bodies[next_body]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"bytes":%d,"p50":%f,"p99":%f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
