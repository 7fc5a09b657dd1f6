--[[ Changes a waiting call in place, if it still is what the server has read.
  ARGV[3] call  [4] data as read  [5] queue  [6] data  [7] joined  [8] not before  [9] head start  [10] phases
  [11] sticky agent  [12] dialect  [13] kind  [14] longest wait, -1 none  [15] '1': an offer for it ends
  Reply: 'changed' | 'not-waiting' | 'stale'
]]
local id = ARGV[3]
local data = call('HGET', P .. 'c:' .. id, 'd')
if not data then return 'not-waiting' end
if data ~= ARGV[4] then return 'stale' end
if ARGV[15] == '1' then end_offer(call('HGET', P .. 'c:' .. id, 'of')) end
local c = load_call(id)
withdraw(id, c)
c.q, c.j, c.nb, c.ph, c.st, c.di, c.kd = ARGV[5], math.min(tonumber(ARGV[7]), NOW), tonumber(ARGV[8]), ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local order_key = c.j - tonumber(ARGV[9])
call('HSET', P .. 'c:' .. id, 'q', c.q, 'd', ARGV[6], 'j', n(c.j), 'nb', n(c.nb), 'ok', n(order_key), 'ph', c.ph,
  'st', c.st, 'di', c.di, 'kd', c.kd)
stand(id, c, order_key, tonumber(ARGV[14]))
return 'changed'
