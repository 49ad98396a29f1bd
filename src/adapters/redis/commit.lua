-- One fenced write to the state of one partition: all of it or nothing.
--
-- KEYS[1]   the partition's meta hash, for the fence
-- KEYS[2…]  the key of each operation, in order (a key may come again); all have the same hash tag
-- ARGV[1]   owner token that must be stored
-- ARGV[2]   fence: the `next` that must be stored; 'absent': there must be no state; 'any': token
-- only
-- ARGV[3]   generation that must be stored; '' with the fences 'absent' and 'any'
-- ARGV[4…]  per key of KEYS[2…]: operation, number of items, items
--             set     field, value, field, value … of a hash
--             unset   field … of a hash
--             append  bytes … to a string
--             drop    no item; deletes the key
-- Returns 1: written. 0: fenced, nothing was written.
--
-- Atomic because Redis runs a script alone and logs it whole; with `noeviction` a full Redis
-- refuses the first write, so never a part of them. O(items); `unpack` fails at 8,000 values, hence
-- the slices.
local SLICE = 4000
local COMMANDS = { set = 'HSET', unset = 'HDEL' }

local token, next, generation = unpack(redis.call('HMGET', KEYS[1], 'owner', 'next', 'generation'))
if token ~= ARGV[1] then return 0 end
if ARGV[2] == 'absent' then
  if next then return 0 end
elseif ARGV[2] ~= 'any' then
  if next ~= ARGV[2] or generation ~= ARGV[3] then return 0 end
end

local cursor = 4
for k = 2, #KEYS do
  local operation, count = ARGV[cursor], tonumber(ARGV[cursor + 1])
  local first, last = cursor + 2, cursor + 1 + count
  cursor = last + 1
  if operation == 'drop' then
    redis.call('DEL', KEYS[k])
  elseif operation == 'append' then
    for i = first, last do redis.call('APPEND', KEYS[k], ARGV[i]) end
  else
    for from = first, last, SLICE do
      redis.call(COMMANDS[operation], KEYS[k], unpack(ARGV, from, math.min(from + SLICE - 1, last)))
    end
  end
end
return 1
