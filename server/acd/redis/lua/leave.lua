--[[ ARGV[3] call. Removes it wherever it stands. Reply: 0 ]]
remove_call(ARGV[3])
return 0
