-- Posts bodies that differ in one number. After `--`: key, mark, first number, head and tail of the body; without
-- these it asks, and posts nothing.
local number, head, tail = 0, "", ""

function init(args)
    number, head, tail = tonumber(args[3]), args[4], args[5]
    wrk.method = head == "" and "GET" or "POST"
    wrk.headers["Authorization"] = "Bearer " .. args[1]
    wrk.headers["X-Correlation-Id"] = args[2]
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    if head == "" then
        return wrk.format()
    end
    number = number + 1
    return wrk.format(nil, nil, nil, head .. number .. tail)
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format('\n{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50": %f, "p99": %f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
