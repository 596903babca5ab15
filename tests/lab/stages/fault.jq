(.metadata.labels // {}) as $labels
| (.metadata.annotations // {}) as $annotations
| if $labels["lab.fault/crash-loop"] == "template" then "crash-loop"
  elif $labels["lab.fault/crash-loop"] == "node"
    and ((.spec.nodeName // "") | startswith("sick-node")) then "crash-loop"
  elif ([.spec.containers[] | (.resources.limits.memory // "")]
    | any(. == ($labels["lab.fault/killed-at"] // "none"))) then "crash-loop"
  elif $labels["lab.fault/unready"] == "true" then "unready"
  elif $labels["lab.fault/unready"] == "until-restarted"
    and ([$annotations | keys[] | select(endswith("/restartedAt"))] | length) == 0 then "unready"
  elif $labels["lab.fault/image"] == "pull" then "image-pull"
  else "none" end
