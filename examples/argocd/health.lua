local health = {status = "Progressing", message = "waiting for the operator"}
local status = obj.status
if obj.metadata.deletionTimestamp ~= nil then
  health.message = "is being deleted"
  return health
end
-- What the status says is of an older manifest: nothing of it counts.
if status == nil or status.observedGeneration ~= obj.metadata.generation then
  return health
end
local found = {}
for _, condition in ipairs(status.conditions or {}) do
  found[condition.type] = condition
end
local ready, stalled = found["Ready"], found["Stalled"]
if ready ~= nil then
  health.message = ready.message
end
if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
  health.message = stalled.message
elseif ready ~= nil and (ready.reason == "ApprovalPending" or ready.reason == "Suspended") then
  health.status = "Suspended"
elseif ready ~= nil and ready.status == "True" then
  health.status = "Healthy"
end
return health
