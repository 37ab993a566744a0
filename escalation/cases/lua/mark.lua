-- Changes one field of a case that is there; a case that was erased meanwhile stays erased.
-- KEYS  1 case   ARGV  1 how: set, new (only if the field is not there) or add   2 field   3 value
-- Returns 1 changed, 0 not
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[1] == 'new' then return redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) end
if ARGV[1] == 'add' then
  redis.call('HINCRBY', KEYS[1], ARGV[2], ARGV[3])
else
  redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
end
return 1
