--[[ A call joins the line.
  ARGV[3] call  [4] queue  [5] data (JSON)  [6] joined, '' now  [7] not before  [8] head start  [9] phases (JSON)
  [10] sticky agent  [11] dialect  [12] kind  [13] longest wait, -1 none  [14] longest line, -1 any
  [15] longest estimated wait, 0 any  [16] usual handling time
  Reply: { 'joined' | 'already-waiting' | 'full' | 'wait-too-long', position, estimated wait }
]]
local id, queue, handle_ms = ARGV[3], ARGV[4], tonumber(ARGV[16])
local known = load_call(id)
if known then
  if known.ow == '' then
    known.ow = SERVER
    call('HSET', P .. 'c:' .. id, 'ow', SERVER)
    call('SADD', P .. 'own:' .. SERVER .. ':c', id)
    call('ZREM', P .. 'due', 'd:' .. id)
    settle(id, known)
  end
  return { 'already-waiting', place(id, known, handle_ms) }
end
local length, longest, deflect = call('ZCARD', P .. 'l:' .. queue), tonumber(ARGV[14]), tonumber(ARGV[15])
if longest >= 0 then
  local wait = estimate(queue, length + 1, handle_ms)
  if length >= longest then return { 'full', 0, wait } end
  if deflect > 0 and wait > deflect then return { 'wait-too-long', 0, wait } end
end
local joined = math.min(ARGV[6] ~= '' and tonumber(ARGV[6]) or NOW, NOW)
local order_key = joined - tonumber(ARGV[8])
local c = {
  q = queue, j = joined, nb = tonumber(ARGV[7]), ph = ARGV[9], st = ARGV[10], di = ARGV[11], kd = ARGV[12],
  ow = SERVER, of = '', la = '', cls = '', grp = '', cs = 0, cond = '',
}
call('HSET', P .. 'c:' .. id, 'q', queue, 'd', ARGV[5], 'j', n(joined), 'nb', n(c.nb), 'ok', n(order_key), 'ph', c.ph,
  'st', c.st, 'di', c.di, 'kd', c.kd, 'ow', SERVER, 'of', '', 'la', '', 'cls', '', 'grp', '', 'cs', '0', 'cond', '')
call('SADD', P .. 'own:' .. SERVER .. ':c', id)
stand(id, c, order_key, tonumber(ARGV[13]))
return { 'joined', place(id, c, handle_ms) }
