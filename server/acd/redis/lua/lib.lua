--[[ What all scripts of the line share; put before each of them. The same rules as server/acd/core, to the last tie-break.

  KEYS[1] P: "line:{<hotline>}:", the prefix of all keys of one hotline; the hash tag keeps them in one cluster slot.
  ARGV[1] time in milliseconds for tests, or '' for the store's own clock.  ARGV[2] the server that asks.

  c:<call>   hash  q queue, d data (JSON), j joined, nb not before, ok order key, ph phases (JSON), st sticky agent,
                   di dialect, kd kind, ow owner, of offer, la last agent, cls/grp/cs class, its group, score in it,
                   cond conditions (one a line)
  x:<call>   hash  agent -> not before                     a:<agent>  hash, see set-agent.lua
  all, l:<queue>, g:<queue>  zsets of calls: by order key (whole line, queue), by the time they joined
  k:<class>  zset of calls that can be offered             gr:<group> zset of its classes by their first call
  f:<group>  zset of free agents by strategy               free       set of free agents
  ful        hash  condition -> staffed agents fulfilling it;  w:<condition>  set of calls that depend on it
  due        zset of what time brings: o:<offer>, c:<call> look again, w:<call> waits too long, d:<call> drop an orphan
  dc, da     zsets: calls and agents to be looked at by the next match
  o:<offer>  hash; offers: set                             p:<queue>  hash: s served, b busy ms, t as of
  srv        zset  server -> end of its lease;  own:<server>:a, own:<server>:c  its agents and calls
  meta       hash  epoch, seq;  rules, strategy, ring: hashes by queue;  cb: hash queue -> call-backs
]]
local P, SERVER = KEYS[1], ARGV[2]
local call = redis.call
local time = call('TIME')
local NOW = ARGV[1] ~= '' and tonumber(ARGV[1]) or (time[1] * 1000 + math.floor(time[2] / 1000))
local RANK, MOST_CALLS, FADE_MS, PRIOR_MS, LONGEST_MS, MARGIN_MS, ORPHAN_MS = 4e12, 2000, 300000, 60000, 14400000, 10000, 120000

local function n(x) return string.format('%.0f', x) end

local function lines(text)
  local list = {}
  for line in string.gmatch(text, '[^\n]+') do list[#list + 1] = line end
  return list
end

local function tell(server, event)
  if server ~= '' then call('PUBLISH', P .. 'ev:' .. server, cjson.encode(event)) end
end

-- Pace of a queue (core/pace.ts).
local function pace(queue)
  local r = call('HMGET', P .. 'p:' .. queue, 's', 'b', 't')
  local served, busy, at = tonumber(r[1] or 0), tonumber(r[2] or 0), tonumber(r[3] or NOW)
  local fade = math.exp(-math.max(0, NOW - at) / FADE_MS)
  local waits = call('EXISTS', P .. 'l:' .. queue) == 1
  return served * fade, busy * fade + (waits and FADE_MS * (1 - fade) or 0)
end

local function keep_pace(queue, more)
  local served, busy = pace(queue)
  call('HSET', P .. 'p:' .. queue, 's', string.format('%.17g', served + more), 'b', string.format('%.17g', busy), 't', n(NOW))
end

local function staffed(queue) return tonumber(call('HGET', P .. 'ful', 'skill:' .. queue .. '|') or 0) end

local function estimate(queue, position, handle_ms)
  if position <= call('ZCARD', P .. 'f:' .. queue .. '|') then return 0 end
  local served, busy = pace(queue)
  local per_ms = (served + PRIOR_MS * staffed(queue) / math.max(1, handle_ms)) / (busy + PRIOR_MS)
  if per_ms <= 0 then return LONGEST_MS end
  return math.min(LONGEST_MS, math.floor(position / per_ms + 0.5))
end

-- Calls.
local CALL = { 'q', 'j', 'nb', 'ph', 'cls', 'grp', 'cs', 'cond', 'of', 'ow', 'la', 'st', 'di', 'kd', 'ok' }
local function load_call(id)
  local r = call('HMGET', P .. 'c:' .. id, unpack(CALL))
  if not r[1] then return nil end
  local c = {}
  for i, name in ipairs(CALL) do c[name] = r[i] end
  c.j, c.nb, c.cs = tonumber(c.j), tonumber(c.nb), tonumber(c.cs)
  return c
end

local function unsettle(id, c)
  if c.cls ~= '' then
    call('ZREM', P .. 'dc', id)
    call('ZREM', P .. 'k:' .. c.cls, id)
    local head = call('ZRANGE', P .. 'k:' .. c.cls, 0, 0, 'WITHSCORES')
    if head[1] then call('ZADD', P .. 'gr:' .. c.grp, head[2], c.cls) else call('ZREM', P .. 'gr:' .. c.grp, c.cls) end
  end
  call('ZREM', P .. 'due', 'c:' .. id)
  if c.cond ~= '' then
    for _, cond in ipairs(lines(c.cond)) do call('SREM', P .. 'w:' .. cond, id) end
  end
  c.cls, c.grp, c.cs, c.cond = '', '', 0, ''
end

local function keep_class(id, c)
  call('HSET', P .. 'c:' .. id, 'cls', c.cls, 'grp', c.grp, 'cs', n(c.cs), 'cond', c.cond)
end

-- Puts the call where it belongs now and sets when to look again (Line.#settle).
local function settle(id, c)
  unsettle(id, c)
  if c.of ~= '' or c.ow == '' then return keep_class(id, c) end
  local phases, waited = cjson.decode(c.ph), NOW - c.j
  local phase = phases[#phases]
  for _, p in ipairs(phases) do
    if p[1] < 0 or waited < p[1] then phase = p break end
  end
  local next_ms = phase[1] < 0 and math.huge or c.j + phase[1]
  if c.nb > NOW then next_ms = math.min(next_ms, c.nb) end
  local excluded = call('HGETALL', P .. 'x:' .. id)
  for i = 1, #excluded, 2 do
    local till = tonumber(excluded[i + 1])
    if till <= NOW then call('HDEL', P .. 'x:' .. id, excluded[i]) else next_ms = math.min(next_ms, till) end
  end
  if next_ms < math.huge then call('ZADD', P .. 'due', n(next_ms), 'c:' .. id) end
  local chosen, conds = nil, {}
  for _, v in ipairs(phase[2]) do
    if v[1] ~= '' then
      conds[#conds + 1] = v[1]
      call('SADD', P .. 'w:' .. v[1], id)
    end
    if not chosen and (v[1] == '' or call('HEXISTS', P .. 'ful', v[1]) == 1) then chosen = v end
  end
  c.cond = table.concat(conds, '\n')
  if chosen and c.nb <= NOW then
    c.grp, c.cls, c.cs = chosen[2], chosen[3], c.j - chosen[4]
    call('ZADD', P .. 'k:' .. c.cls, n(c.cs), id)
    call('ZADD', P .. 'gr:' .. c.grp, 'LT', n(c.cs), c.cls)
    call('ZADD', P .. 'dc', n(c.cs), id)
  end
  keep_class(id, c)
end

-- Into its queue's order (Line.#stand). `too_long_ms` < 0: never.
local function stand(id, c, order_key, too_long_ms)
  keep_pace(c.q, 0)
  call('ZADD', P .. 'l:' .. c.q, n(order_key), id)
  call('ZADD', P .. 'all', n(order_key), id)
  call('ZADD', P .. 'g:' .. c.q, n(c.j), id)
  if c.kd == 'callback' then call('HINCRBY', P .. 'cb', c.q, 1) end
  if too_long_ms >= 0 then call('ZADD', P .. 'due', n(c.j + too_long_ms), 'w:' .. id) end
  settle(id, c)
end

-- Out of its queue's order; an orphan that is only changed is dropped when it would have been.
local function withdraw(id, c)
  unsettle(id, c)
  keep_pace(c.q, 0)
  call('ZREM', P .. 'l:' .. c.q, id)
  call('ZREM', P .. 'all', id)
  call('ZREM', P .. 'g:' .. c.q, id)
  call('ZREM', P .. 'due', 'w:' .. id)
  if c.kd == 'callback' then call('HINCRBY', P .. 'cb', c.q, -1) end
end

local function place(id, c, handle_ms)
  local position = (call('ZRANK', P .. 'l:' .. c.q, id) or 0) + 1
  return position, estimate(c.q, position, handle_ms)
end

-- Agents.
local AGENT = { 'int', 'ph', 'q', 'groups', 'ful', 'sk', 'bit', 'fs', 'ct', 'ls', 'of', 'ow', 'prof' }
local agents = {}
local function load_agent(id)
  if agents[id] ~= nil then return agents[id] end
  local r = call('HMGET', P .. 'a:' .. id, unpack(AGENT))
  if not r[1] then return nil end
  local a = {}
  for i, name in ipairs(AGENT) do a[name] = r[i] end
  a.bit, a.fs, a.ct, a.ls = tonumber(a.bit), tonumber(a.fs), tonumber(a.ct), tonumber(a.ls)
  agents[id] = a
  return a
end

local function is_staffed(a) return a.int == 'available' and a.ph ~= 'offline' end
local function is_idle(a) return a.int == 'available' and a.ph == 'idle' end

-- `sk` is ",skill:level,skill:level,".
local function level_of(a, skill)
  local _, at = string.find(a.sk, ',' .. skill .. ':', 1, true)
  return at and tonumber(string.sub(a.sk, at + 1, at + 1)) or 0
end

local strategies = {}
local function strategy_of(queue)
  if not strategies[queue] then strategies[queue] = call('HGET', P .. 'strategy', queue) or 'longest-idle' end
  return strategies[queue]
end

local function free_add(id, a)
  if call('SADD', P .. 'free', id) == 0 then return end
  for _, group in ipairs(lines(a.groups)) do
    local queue, skill = string.match(group, '^([^|]*)|([^|]*)$')
    if queue ~= 'only' then
      local strategy, score = strategy_of(queue), a.fs
      if strategy == 'fewest-calls' then score = math.min(a.ct, MOST_CALLS) * RANK + a.fs
      elseif strategy == 'round-robin' then score = a.ls
      elseif strategy == 'best-skill' and skill ~= '' then score = (5 - level_of(a, skill)) * RANK + a.fs end
      call('ZADD', P .. 'f:' .. group, n(score), id)
    end
  end
end

local function free_remove(id, a)
  if call('SREM', P .. 'free', id) == 0 then return end
  for _, group in ipairs(lines(a.groups)) do
    if string.sub(group, 1, 5) ~= 'only|' then call('ZREM', P .. 'f:' .. group, id) end
  end
end

local function free_if_idle(id, a)
  if not is_idle(a) or a.of ~= '' then return end
  free_add(id, a)
  call('ZADD', P .. 'da', n(NOW), id)
end

-- Counts who fulfils what; calls that depend on something that came or went look for their place again.
local function staff(before, after)
  if before == after then return end
  local had, order = {}, {}
  local function count(list, by)
    for _, cond in ipairs(lines(list)) do
      local now_has = call('HINCRBY', P .. 'ful', cond, by)
      if had[cond] == nil then
        had[cond] = now_has - by > 0
        order[#order + 1] = cond
      end
      if now_has <= 0 then call('HDEL', P .. 'ful', cond) end
    end
  end
  count(before, -1)
  count(after, 1)
  for _, cond in ipairs(order) do
    if (call('HEXISTS', P .. 'ful', cond) == 1) ~= had[cond] then
      for _, id in ipairs(call('SMEMBERS', P .. 'w:' .. cond)) do
        local c = load_call(id)
        if c then settle(id, c) end
      end
    end
  end
end

-- Offers.
local OFFER = { 'call', 'agent', 'queue', 'kind', 'joined', 'expires', 'owner' }
local function load_offer(id)
  local r = call('HMGET', P .. 'o:' .. id, unpack(OFFER))
  if not r[1] then return nil end
  return {
    offerId = id, callId = r[1], agentId = r[2], queue = r[3], kind = r[4],
    joinedAtMs = tonumber(r[5]), expiresAtMs = tonumber(r[6]), owner = r[7],
  }
end

-- Call and agent can be taken again; the call stands where it stood (Line.#endOffer).
local function end_offer(id)
  local offer = id ~= '' and load_offer(id) or nil
  if not offer then return nil end
  call('DEL', P .. 'o:' .. id)
  call('SREM', P .. 'offers', id)
  call('ZREM', P .. 'due', 'o:' .. id)
  local a = load_agent(offer.agentId)
  if a then
    a.of = ''
    call('HSET', P .. 'a:' .. offer.agentId, 'of', '')
    free_if_idle(offer.agentId, a)
  end
  local c = load_call(offer.callId)
  if c then
    c.of = ''
    call('HSET', P .. 'c:' .. offer.callId, 'of', '')
    settle(offer.callId, c)
  end
  return offer
end

local function remove_call(id)
  local c = load_call(id)
  if not c then return end
  end_offer(c.of)
  withdraw(id, load_call(id))
  call('ZREM', P .. 'due', 'd:' .. id)
  call('SREM', P .. 'own:' .. c.ow .. ':c', id)
  call('DEL', P .. 'c:' .. id, P .. 'x:' .. id)
end

-- What a server that is not heard of any more had: its agents are away, its calls wait for another server.
local function bury(server)
  call('ZREM', P .. 'srv', server)
  for _, id in ipairs(call('SMEMBERS', P .. 'own:' .. server .. ':a')) do
    local a = load_agent(id)
    if a then
      local before = is_staffed(a) and a.ful or ''
      free_remove(id, a)
      a.ph, a.fs, a.ow = 'offline', 0, ''
      call('HSET', P .. 'a:' .. id, 'ph', 'offline', 'fs', '0', 'ow', '')
      call('ZREM', P .. 'da', id)
      staff(before, '')
      local lost = end_offer(a.of)
      if lost then tell(lost.owner, { type = 'offer-lost', reservation = lost, reason = 'agent-gone' }) end
    end
  end
  for _, id in ipairs(call('SMEMBERS', P .. 'own:' .. server .. ':c')) do
    local c = load_call(id)
    if c then
      call('HSET', P .. 'c:' .. id, 'ow', '')
      call('ZADD', P .. 'due', n(NOW + ORPHAN_MS), 'd:' .. id)
      end_offer(c.of)
      settle(id, load_call(id))
    end
  end
  call('DEL', P .. 'own:' .. server .. ':a', P .. 'own:' .. server .. ':c')
end

-- Does what is due by time. The work of one run is bounded; what is left is done by the next.
local function advance()
  for _, server in ipairs(call('ZRANGEBYSCORE', P .. 'srv', '-inf', n(NOW), 'LIMIT', 0, 4)) do bury(server) end
  for _ = 1, 500 do
    local first = call('ZRANGEBYSCORE', P .. 'due', '-inf', n(NOW), 'LIMIT', 0, 1)[1]
    if not first then return end
    call('ZREM', P .. 'due', first)
    local what, id = string.sub(first, 1, 1), string.sub(first, 3)
    if what == 'o' then
      local lost = end_offer(id)
      if lost then tell(lost.owner, { type = 'offer-lost', reservation = lost, reason = 'expired' }) end
    elseif what == 'd' then
      remove_call(id)
    else
      local c = load_call(id)
      if c and what == 'c' then settle(id, c)
      elseif c then tell(c.ow, { type = 'waited-too-long', callId = id, queue = c.q, waitMs = NOW - c.j }) end
    end
  end
end

