--[[ Makes as many offers as possible (Line.match). Offers for other servers' calls are published to those.
  ARGV[3] hold in milliseconds, '' by queue.
  Reply: { JSON list of this server's offers, 1 when there is more to do }
]]
-- A script must not keep the others waiting.
local MOST_OFFERS, MOST_AGENTS, MOST_LOOKS = 100, 512, 1000
advance()

local classes = {}
local function class_of(key)
  local k = classes[key]
  if not k then
    local queue, mask, rest = string.match(key, '^([^|]*)|([^|]*)|(.*)$')
    k = { queue = queue, mask = tonumber(mask), needs = {} }
    if mask == '' then k.only = string.sub(rest, 6)
    else
      for skill, level in string.gmatch(rest, '([^,:]+):(%d)') do k.needs[#k.needs + 1] = { skill, tonumber(level) } end
    end
    classes[key] = k
  end
  return k
end

local function suits(id, a, k)
  if not string.find(a.q, '\n' .. k.queue .. '\n', 1, true) then return false end
  if k.only then return k.only == id end
  if bit.band(k.mask, a.bit) == 0 then return false end
  for _, need in ipairs(k.needs) do
    if level_of(a, need[1]) < need[2] then return false end
  end
  return true
end

local function is_excluded(call_id, agent_id)
  local till = call('HGET', P .. 'x:' .. call_id, agent_id)
  return till and tonumber(till) > NOW
end

-- The first of a sorted set whom `wanted` accepts.
local function find(key, wanted)
  local at, size = 0, 1
  while true do
    local entries = call('ZRANGE', key, at, at + size - 1, 'WITHSCORES')
    for i = 1, #entries, 2 do
      if wanted(entries[i]) then return entries[i], tonumber(entries[i + 1]) end
    end
    if #entries < size * 2 then return nil end
    at, size = at + size, 32
  end
end

local function first_for(id, a)
  local best, best_score
  local function may(call_id) return not is_excluded(call_id, id) end
  for _, group in ipairs(lines(a.groups)) do
    -- Classes by their first call: whatever begins after the best so far cannot hold a better one.
    local at, size, going = 0, 2, true
    while going do
      local heads = call('ZRANGE', P .. 'gr:' .. group, at, at + size - 1, 'WITHSCORES')
      for i = 1, #heads, 2 do
        if best and tonumber(heads[i + 1]) > best_score then going = false break end
        if suits(id, a, class_of(heads[i])) then
          local found, score = find(P .. 'k:' .. heads[i], may)
          if found and (not best or score < best_score or (score == best_score and found < best)) then
            best, best_score = found, score
          end
        end
      end
      if #heads < size * 2 then going = false end
      at, size = at + size, 32
    end
  end
  return best, best_score
end

local function choose(id, c)
  local k = class_of(c.cls)
  local function may(agent_id)
    if call('SISMEMBER', P .. 'free', agent_id) == 0 then return false end
    local a = load_agent(agent_id)
    return a and suits(agent_id, a, k) and not is_excluded(id, agent_id)
  end
  if k.only then return may(k.only) and k.only or nil end
  local function may_next(agent_id) return agent_id ~= c.la and may(agent_id) end
  if c.st ~= '' and may_next(c.st) then return c.st end
  local chosen
  if c.di ~= '' then chosen = find(P .. 'f:' .. k.queue .. '|' .. c.di, may_next) end
  if not chosen then chosen = find(P .. 'f:' .. k.queue .. '|' .. (k.needs[1] and k.needs[1][1] or ''), may_next) end
  if not chosen and c.la ~= '' and may(c.la) then chosen = c.la end
  return chosen
end

local epoch = call('HGET', P .. 'meta', 'epoch')
if not epoch then
  epoch = time[1] .. '.' .. time[2]
  call('HSET', P .. 'meta', 'epoch', epoch)
end

local function reserve(id, c, agent_id)
  local a, seq = load_agent(agent_id), call('HINCRBY', P .. 'meta', 'seq', 1)
  local hold = ARGV[3] ~= '' and tonumber(ARGV[3]) or tonumber(call('HGET', P .. 'ring', c.q) or 20000) + MARGIN_MS
  local offer = {
    offerId = epoch .. '-' .. seq, callId = id, agentId = agent_id, queue = c.q, kind = c.kd,
    joinedAtMs = c.j, expiresAtMs = NOW + hold, owner = c.ow,
  }
  call('HSET', P .. 'o:' .. offer.offerId, 'call', id, 'agent', agent_id, 'queue', c.q, 'kind', c.kd, 'joined', n(c.j),
    'expires', n(offer.expiresAtMs), 'owner', c.ow)
  call('SADD', P .. 'offers', offer.offerId)
  call('ZADD', P .. 'due', n(offer.expiresAtMs), 'o:' .. offer.offerId)
  unsettle(id, c)
  call('HSET', P .. 'c:' .. id, 'of', offer.offerId, 'la', agent_id, 'cls', '', 'grp', '', 'cs', '0', 'cond', '')
  free_remove(agent_id, a)
  a.of, a.ls = offer.offerId, seq
  call('HSET', P .. 'a:' .. agent_id, 'of', offer.offerId, 'ls', seq)
  return offer
end

-- Candidates: for each agent that has become free, the first call it may take; and the calls that have changed.
local asking = call('ZRANGE', P .. 'da', 0, MOST_AGENTS - 1)
if #asking > 0 then call('ZREM', P .. 'da', unpack(asking)) end
local proposals = {}
local function propose(agent_id)
  local a = call('SISMEMBER', P .. 'free', agent_id) == 1 and load_agent(agent_id)
  if not a then return end
  local id, score = first_for(agent_id, a)
  if id then proposals[#proposals + 1] = { agent_id, id, score } end
end
for _, agent_id in ipairs(asking) do propose(agent_id) end

local function before(score, id, other_score, other_id)
  return score < other_score or (score == other_score and id < other_id)
end

local own, made, looks, more = {}, 0, 0, 0
while true do
  local at
  for i, p in ipairs(proposals) do
    if not at or before(p[3], p[2], proposals[at][3], proposals[at][2]) then at = i end
  end
  local dirty = call('ZRANGE', P .. 'dc', 0, 0, 'WITHSCORES')
  if not at and not dirty[1] then break end
  looks = looks + 1
  if made >= MOST_OFFERS or looks > MOST_LOOKS then
    more = 1
    for _, p in ipairs(proposals) do call('ZADD', P .. 'da', n(NOW), p[1]) end
    break
  end
  local id, agent_id
  if at and not (dirty[1] and before(tonumber(dirty[2]), dirty[1], proposals[at][3], proposals[at][2])) then
    agent_id, id = proposals[at][1], proposals[at][2]
    table.remove(proposals, at)
  else
    id = dirty[1]
    call('ZREM', P .. 'dc', id)
  end
  local c = load_call(id)
  if c and c.cls ~= '' then
    local chosen = choose(id, c)
    if chosen then
      local offer = reserve(id, c, chosen)
      made = made + 1
      if offer.owner == SERVER then own[#own + 1] = offer
      else tell(offer.owner, { type = 'offered', reservation = offer }) end
    end
  end
  if agent_id then propose(agent_id) end
end
if call('EXISTS', P .. 'da') == 1 then more = 1 end
return { #own > 0 and cjson.encode(own) or '[]', more }
