-- Adds a vault key under further secrets, where it is still the same key.
-- KEYS  1 the vault's key   ARGV  1 mark it was found under   2 as it was found there   3.. mark, wrapped, ...
-- Returns 1 done, 0 it is another by now
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
