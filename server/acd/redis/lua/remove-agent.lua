--[[ ARGV[3] agent. Reply: 0 ]]
local id = ARGV[3]
local a = load_agent(id)
if not a then return 0 end
local before = is_staffed(a) and a.ful or ''
free_remove(id, a)
call('DEL', P .. 'a:' .. id)
call('SREM', P .. 'agents', id)
call('SREM', P .. 'own:' .. a.ow .. ':a', id)
call('ZREM', P .. 'da', id)
agents[id] = nil
staff(before, '')
local lost = end_offer(a.of)
if lost then tell(lost.owner, { type = 'offer-lost', reservation = lost, reason = 'agent-gone' }) end
return 0
