--[[ ARGV[3…] queue, usual handling time, again and again.
  Reply: for each { waiting, call-backs, oldest join or '', staffed, free, served a minute * 100, estimated wait }
]]
local reply = {}
for i = 3, #ARGV, 2 do
  local queue, handle_ms = ARGV[i], tonumber(ARGV[i + 1])
  local waiting, served, busy = call('ZCARD', P .. 'l:' .. queue), pace(queue)
  local per_ms = (served + PRIOR_MS * staffed(queue) / math.max(1, handle_ms)) / (busy + PRIOR_MS)
  reply[#reply + 1] = {
    waiting, tonumber(call('HGET', P .. 'cb', queue) or 0), call('ZRANGE', P .. 'g:' .. queue, 0, 0, 'WITHSCORES')[2] or '',
    staffed(queue), call('ZCARD', P .. 'f:' .. queue .. '|'), math.floor(per_ms * 6000000 + 0.5),
    estimate(queue, waiting + 1, handle_ms),
  }
end
return reply
