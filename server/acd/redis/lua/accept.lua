--[[ ARGV[3] offer. The agent answered: the call leaves the line. Reply: 'accepted' | 'expired' ]]
advance()
local offer = load_offer(ARGV[3])
if not offer then return 'expired' end
local a = load_agent(offer.agentId)
if a then
  a.ct = a.ct + 1
  call('HSET', P .. 'a:' .. offer.agentId, 'ct', n(a.ct))
end
keep_pace(offer.queue, 1)
remove_call(offer.callId)
return 'accepted'
