--[[ Reply: JSON list ]]
local list = {}
for _, id in ipairs(call('SMEMBERS', P .. 'offers')) do list[#list + 1] = load_offer(id) end
return #list > 0 and cjson.encode(list) or '[]'
