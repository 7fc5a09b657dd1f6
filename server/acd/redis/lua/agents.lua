--[[ Reply: for each agent { agent, intent, pause reason, phone, profile, free since, calls taken, last offer, owner } ]]
local reply = {}
for _, id in ipairs(call('SMEMBERS', P .. 'agents')) do
  local r = call('HMGET', P .. 'a:' .. id, 'int', 'pr', 'ph', 'prof', 'fs', 'ct', 'ls', 'ow')
  reply[#reply + 1] = { id, unpack(r) }
end
return reply
