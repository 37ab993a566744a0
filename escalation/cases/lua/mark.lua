-- Changes one field of a case that is there; a case that was erased meanwhile stays erased.
-- KEYS  1 case   ARGV  1 how: set, new (only if the field is not there) or drop
--                      2 field   3 value   4 holder whose case it must be, or ""
-- Returns 1 changed, 0 not
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[4] ~= '' and redis.call('HGET', KEYS[1], 'holder') ~= ARGV[4] then return 0 end
if ARGV[1] == 'new' then return redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) end
if ARGV[1] == 'drop' then return redis.call('HDEL', KEYS[1], ARGV[2]) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1
