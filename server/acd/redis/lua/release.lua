--[[ ARGV[3] offer  [4] for how long its agent is not offered this call. Reply: 'released' | 'expired' ]]
advance()
local offer = load_offer(ARGV[3])
if not offer then return 'expired' end
if tonumber(ARGV[4]) > 0 then call('HSET', P .. 'x:' .. offer.callId, offer.agentId, n(NOW + tonumber(ARGV[4]))) end
end_offer(ARGV[3])
return 'released'
