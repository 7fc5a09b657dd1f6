--[[ ARGV[3…] queue, rules (JSON), strategy, ring time, again and again. Tells all servers. Reply: 0 ]]
call('DEL', P .. 'rules', P .. 'strategy', P .. 'ring')
for i = 3, #ARGV, 4 do
  call('HSET', P .. 'rules', ARGV[i], ARGV[i + 1])
  call('HSET', P .. 'strategy', ARGV[i], ARGV[i + 2])
  call('HSET', P .. 'ring', ARGV[i], ARGV[i + 3])
end
for _, id in ipairs(call('SMEMBERS', P .. 'free')) do
  local a = load_agent(id)
  if a then
    free_remove(id, a)
    free_if_idle(id, a)
  end
end
call('PUBLISH', P .. 'rules', SERVER)
return 0
