--[[ The server lives. ARGV[3] lease in milliseconds  [4] '1': it was known before  [5] '1': it wants the rules.
  Reply: { 1 when it was known before and is not any more, rules of all queues (JSON) if wanted }
]]
local lost = ARGV[4] == '1' and not call('ZSCORE', P .. 'srv', SERVER)
call('ZADD', P .. 'srv', n(NOW + tonumber(ARGV[3])), SERVER)
advance()
return { lost and 1 or 0, ARGV[5] == '1' and call('HVALS', P .. 'rules') or {} }
