--[[ ARGV[3] call  [4] usual handling time. Reply: { position, estimated wait } or {} ]]
local c = load_call(ARGV[3])
if not c then return {} end
return { place(ARGV[3], c, tonumber(ARGV[4])) }
