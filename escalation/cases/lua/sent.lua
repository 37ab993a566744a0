-- A message of a case is out: its report will find the case, and goes with it. A case that was erased stays so.
-- KEYS  1 case   2 report   ARGV  1 conversation id   2 our id of the message   3 how long a report is awaited, s
-- Returns 1 noted, 0 there is no such case
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'fate:' .. ARGV[2], 'sent', 'report:' .. ARGV[2], KEYS[2])
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. ARGV[2], 'EX', ARGV[3])
return 1
