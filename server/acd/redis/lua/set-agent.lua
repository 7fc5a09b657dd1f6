--[[ What a server says of an agent.
  ARGV[3] agent  [4] intent  [5] pause reason  [6] phone  [7] queues, each between line feeds  [8] groups, one a line
  [9] conditions fulfilled while staffed, one a line  [10] skills ",skill:level,"  [11] seat bit  [12] profile (JSON)
  a:<agent> hash: int, pr, ph, q, groups, ful, sk, bit, prof as given; fs free since, ct calls taken, ls last offer's
  number, of offer, ow owner.  Reply: 0
]]
local id = ARGV[3]
local key, a = P .. 'a:' .. id, load_agent(id)
if not a then
  a = { int = 'off', ph = 'offline', q = '', groups = '', ful = '', sk = '', bit = 1, fs = 0, ct = 0, ls = 0, of = '', ow = '', prof = '' }
  agents[id] = a
  call('HSET', key, 'ct', '0', 'ls', '0', 'of', '')
  call('SADD', P .. 'agents', id)
end
local before = is_staffed(a) and a.ful or ''
local was_free, is_new = a.fs > 0, a.prof ~= ARGV[12]
if is_new then free_remove(id, a) end
if a.int == 'off' and ARGV[4] ~= 'off' then
  a.ct = 0
  call('HSET', key, 'ct', '0')
end
a.int, a.ph, a.q, a.groups, a.ful, a.sk, a.bit, a.prof = ARGV[4], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], tonumber(ARGV[11]), ARGV[12]
if not is_idle(a) then a.fs = 0 elseif not was_free then a.fs = NOW end
if a.ow ~= SERVER then
  call('SREM', P .. 'own:' .. a.ow .. ':a', id)
  call('SADD', P .. 'own:' .. SERVER .. ':a', id)
  a.ow = SERVER
end
call('HSET', key, 'int', a.int, 'pr', ARGV[5], 'ph', a.ph, 'q', a.q, 'groups', a.groups, 'ful', a.ful, 'sk', a.sk,
  'bit', ARGV[11], 'prof', a.prof, 'fs', n(a.fs), 'ow', SERVER)
if is_new or was_free ~= (a.fs > 0) then
  free_remove(id, a)
  free_if_idle(id, a)
end
staff(before, is_staffed(a) and a.ful or '')
return 0
