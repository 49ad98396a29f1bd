-- One fenced write to the state of one partition: all of it or nothing.
--
-- KEYS[1]   the partition's meta hash, for the fence
-- KEYS[2…]  the key of each operation, in order (a key may come again); all have the same hash tag
-- ARGV[1]   owner token that must be stored, and have been since this server started and became
--           the master: one that has fallen back to an owner before may have shown it what another
--           wrote meanwhile
-- ARGV[2]   fence: the `next` that must be stored; 'absent': there must be no state; 'any': the
--           token alone
-- ARGV[3]   generation that must be stored; '' with the other fences than a `next`
-- ARGV[4]   a letter per key of KEYS[2…]: what is done to it
--             s  set: items are field, value, field, value … of a hash
--             u  unset: items are fields of a hash
--             a  append: one item, to a string
--             d  drop: no item; the key is gone, its memory is freed in the background
-- ARGV[5]   the items, packed: per operation their number, then each item's length and bytes;
--           numbers are four bytes, the lowest first. One argument, since thousands of short ones
--           cost the client more than all else in a commit.
-- Returns 1: written. 0: fenced, nothing was written.
--
-- Atomic because Redis runs a script alone and logs it whole; with `noeviction` a full Redis
-- refuses the first write if it takes memory, so never a part of them, and what the user may not do
-- is asked before the first write: a script that fails midway is not undone. O(bytes); Lua fails at
-- 8,000 values on its stack, hence the slices.
local SLICE = 4000
local COMMANDS = { s = 'HSET', u = 'HDEL', a = 'APPEND' }

local token, next, generation = unpack(redis.call('HMGET', KEYS[1], 'owner', 'next', 'generation'))
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local reign = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
if token ~= ARGV[1] .. '@' .. run .. '/' .. reign then return 0 end
if ARGV[2] == 'absent' then
  if next then return 0 end
elseif ARGV[2] ~= 'any' then
  if next ~= ARGV[2] or generation ~= ARGV[3] then return 0 end
end

-- Redis 6 cannot be asked.
local may = redis.acl_check_cmd or function() return true end
local all = may('HSET', KEYS[1], '', '') and may('HDEL', KEYS[1], '') and may('APPEND', KEYS[1], '')
if not (all and may('UNLINK', KEYS[1])) then
  return redis.error_reply('NOPERM the user may not run all of HSET, HDEL, APPEND and UNLINK')
end

local packed, at = ARGV[5], 1
local function take(format)
  local taken = { struct.unpack('<' .. format, packed, at) }
  at = table.remove(taken)
  return taken
end

for k = 2, #KEYS do
  local operation = string.sub(ARGV[4], k - 1, k - 1)
  local left = take('I4')[1]
  if operation == 'd' then redis.call('UNLINK', KEYS[k]) end
  while left > 0 do
    local count = math.min(left, SLICE)
    redis.call(COMMANDS[operation], KEYS[k], unpack(take(string.rep('I4c0', count))))
    left = left - count
  end
end
return 1
