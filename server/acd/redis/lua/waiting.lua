--[[ A part of the line in serving order, or one call. ARGV[3] from  [4] to; or [3] call  [4] ''.
  Reply: for each call { call, data, joined, not before, owner, last agent, exclusions }
]]
local reply = {}
for _, id in ipairs(ARGV[4] == '' and { ARGV[3] } or call('ZRANGE', P .. 'all', ARGV[3], ARGV[4])) do
  local r = call('HMGET', P .. 'c:' .. id, 'd', 'j', 'nb', 'ow', 'la')
  if r[1] then reply[#reply + 1] = { id, r[1], r[2], r[3], r[4], r[5], call('HGETALL', P .. 'x:' .. id) } end
end
return reply
